/** The connection to a Consul agent. */
import { type Access, type ClusterConnection, openConnection } from "../wire/connection.ts";

export type Consul = ClusterConnection<"Consul">;

export const openConsul = (access: Access): Consul => openConnection("Consul", access);
