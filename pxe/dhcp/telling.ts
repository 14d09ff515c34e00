/** What one message and its answer came to, as fields: a boot is judged by these, never by the sentence beside them. Pure. */
import { type BootStage, bootStage } from "./client.ts";
import { Option } from "./option.ts";
import { addressOption, type DhcpPacket, messageType, typeName } from "./packet.ts";
import type { Decision } from "./reply.ts";

export interface Told {
  stage: BootStage;
  /** `none`: silence. */
  answer: string;
  /** Said by or to port 4011. */
  bootServer?: true;
  /** What we named. */
  bootFile?: string;
  /** Why we named nothing to a machine that would boot, or said nothing at all. */
  withheld?: string;
  /** The server the client wants to hear (option 54). */
  server?: string;
}

export function told(request: DhcpPacket, decision: Decision): Told {
  const server = addressOption(request, Option.serverIdentifier);
  return {
    stage: bootStage(request),
    answer: decision.kind === "reply" ? typeName(messageType(decision.packet)) : "none",
    ...(decision.bootServer && { bootServer: decision.bootServer }),
    ...(decision.kind === "reply" && decision.packet.bootFile !== "" && { bootFile: decision.packet.bootFile }),
    ...withheld(decision),
    ...(server !== undefined && { server }),
  };
}

function withheld(decision: Decision): { withheld?: string } {
  if (decision.kind === "ignore") return { withheld: decision.reason };
  return decision.kind === "reply" && decision.withheld !== undefined ? { withheld: decision.withheld } : {};
}
