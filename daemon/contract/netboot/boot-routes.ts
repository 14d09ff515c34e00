/** Routes that show how one machine boots. The routes return captured packets, and an explanation of Muster's answers. */
import * as z from "zod";
import { NodeRef } from "../names.ts";
import type { Route } from "../route.ts";
import { AskedMode, Explanation } from "./explanation.ts";

/** The bytes of a file. */
const Bytes = z.instanceof(Uint8Array).meta({ type: "string", format: "binary" });

export const bootRoutes = {
  captureNode: {
    method: "GET",
    path: "/api/nodes/:node/capture",
    summary: "Packets between this machine and the boot servers at its last boots, as a pcap file",
    access: "operator",
    params: NodeRef,
    media: "application/vnd.tcpdump.pcap",
    response: Bytes,
  },
  explain: {
    method: "GET",
    path: "/api/explain/:mac",
    summary: "The answer that a machine would get now, and the reasons",
    access: "viewer",
    params: z.object({ mac: z.string().max(40) }),
    query: z.object({
      arch: z.coerce.number().int().min(0).max(65535).default(7),
      userClass: z.string().max(40).optional(),
      mode: AskedMode.optional(),
      interface: z.string().max(15).optional(),
    }),
    response: Explanation,
  },
} satisfies Record<string, Route>;
