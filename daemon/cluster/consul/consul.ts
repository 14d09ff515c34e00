/** The connection to a Consul agent. */
import { type Access, type Connection, openConnection } from "../wire/connection.ts";

export type Consul = Connection<"Consul">;

export const openConsul = (access: Access): Consul => openConnection("Consul", access);
