/** Which servers Consul has, and which one leads. */
import * as z from "zod";
import { readAnswer } from "../wire/read.ts";
import type { ClusterCall } from "../wire/request.ts";
import type { Consul } from "./consul.ts";

/** The address of the consulLeader, such as `10.0.0.2:8300`. Undefined if there is no leader. */
export async function consulLeader(consul: Consul, call: ClusterCall): Promise<string | undefined> {
  return (await readAnswer(consul, z.string(), { ...call, path: "/v1/status/leader" })) || undefined;
}

/** The addresses of the servers that vote. */
export const consulPeers = (consul: Consul, call: ClusterCall): Promise<string[]> =>
  readAnswer(consul, z.array(z.string()), { ...call, path: "/v1/status/peers" });
