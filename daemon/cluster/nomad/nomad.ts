/** The connection to a Nomad agent. */
import { type Access, type ClusterConnection, openConnection } from "../wire/connection.ts";

export type Nomad = ClusterConnection<"Nomad">;

export const openNomad = (access: Access): Nomad => openConnection("Nomad", access);

/** Names of jobs are unique in their namespace only. */
export interface JobId {
  namespace: string;
  id: string;
}
