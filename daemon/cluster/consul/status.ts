/** Which servers Consul has, and which one leads. */
import * as z from "zod";
import { read } from "../wire/read.ts";
import type { Call } from "../wire/request.ts";
import type { Consul } from "./consul.ts";

/** The address of the leader, such as `10.0.0.2:8300`. Undefined if there is no leader. */
export async function leader(consul: Consul, call: Call): Promise<string | undefined> {
  return (await read(consul, z.string(), { ...call, path: "/v1/status/leader" })) || undefined;
}

/** The addresses of the servers that vote. */
export const peers = (consul: Consul, call: Call): Promise<string[]> =>
  read(consul, z.array(z.string()), { ...call, path: "/v1/status/peers" });
