/** What one message and its answer came to, as fields: a boot is judged by these, never by the sentence beside them. Pure. */
import { bootStage } from "./decision/client.ts";
import type { BootStage } from "./decision/firmware.ts";
import type { DhcpDecision } from "./decision/reply.ts";
import { Option } from "./message/option.ts";
import { addressOption, type DhcpPacket, messageType, typeName } from "./message/packet.ts";

export interface Exchange {
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

export function exchangeOf(request: DhcpPacket, decision: DhcpDecision): Exchange {
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

function withheld(decision: DhcpDecision): { withheld?: string } {
  if (decision.kind === "ignore") return { withheld: decision.reason };
  return decision.kind === "reply" && decision.withheld !== undefined ? { withheld: decision.withheld } : {};
}
