/**
 * Records a DHCP message and its answer as separate fields. The diagnosis of a boot uses these fields and never the
 * text of the summary. Pure.
 */
import { bootStage } from "./decision/client.ts";
import type { BootStage } from "./decision/firmware.ts";
import type { DhcpDecision } from "./decision/reply.ts";
import { Option } from "./message/option.ts";
import { addressOption, type DhcpPacket, messageType, typeName } from "./message/packet.ts";

export interface Exchange {
  stage: BootStage;
  /** The value `none` means that the server sent no answer. */
  answer: string;
  /** True if the exchange was on port 4011, and absent otherwise. */
  bootServer?: true;
  /** The boot file that our answer names. */
  bootFile?: string;
  /** The reason why a booting machine got no boot file or no answer. */
  withheld?: string;
  /** The address of the DHCP server that the client chose (option 54). */
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
