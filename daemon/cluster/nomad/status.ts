/** Which servers Nomad has, and which one leads. */
import * as z from "zod";
import { list, readAnswer, record, text } from "../wire/read.ts";
import type { ClusterCall } from "../wire/request.ts";
import type { Nomad } from "./nomad.ts";

/** The address of the nomadLeader, such as `10.0.0.2:4647`. Throws if there is no leader. */
export const nomadLeader = (nomad: Nomad, call: ClusterCall): Promise<string> =>
  readAnswer(nomad, z.string(), { ...call, path: "/v1/status/leader" });

/** The addresses of the servers that vote. */
export const nomadPeers = (nomad: Nomad, call: ClusterCall): Promise<string[]> =>
  readAnswer(nomad, list(z.string()), { ...call, path: "/v1/status/peers" });

const Server = z
  .object({ Name: z.string(), Addr: z.string(), Status: z.string(), Tags: record(z.string()), Leader: z.boolean().optional() })
  .transform(({ Name, Addr, Status, Tags }) => ({
    name: Name,
    address: Addr,
    /** `alive`, `leaving`, `left` or `failed`. */
    state: Status,
    build: Tags.build ?? "",
    /** The address in the answers of `leader` and `peers`. */
    rpcAddress: `${Addr}:${Tags.port ?? ""}`,
  }));
export type NomadServer = z.output<typeof Server>;

/** The servers as the agent sees them, also those that failed. */
export async function servers(nomad: Nomad, call: ClusterCall): Promise<NomadServer[]> {
  return (await readAnswer(nomad, z.object({ Members: list(Server) }), { ...call, path: "/v1/agent/members" })).Members;
}

const Self = z.object({ config: z.object({ Version: z.object({ Version: text }).optional() }).optional() });

/** The version of the agent, such as `1.6.5`. Empty if the token may not read the agent. */
export async function version(nomad: Nomad, call: ClusterCall): Promise<string> {
  return (await readAnswer(nomad, Self, { ...call, path: "/v1/agent/self" })).config?.Version?.Version ?? "";
}
