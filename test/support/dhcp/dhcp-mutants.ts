/** Passes damaged packets to every decision and checks each answer against the rules for all answers. */
import assert from "node:assert/strict";
import { machineSeen } from "../../../pxe/dhcp/decision/client.ts";
import { decideFull } from "../../../pxe/dhcp/decision/full.ts";
import { decideBootServer, decideProxy } from "../../../pxe/dhcp/decision/proxy.ts";
import { type DhcpDecision, longestReply } from "../../../pxe/dhcp/decision/reply.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { decode, encode, MalformedPacket } from "../../../pxe/dhcp/message/packet.ts";
import { mutate, random } from "../../../scripts/bench/dhcp-mutation.ts";
import { capture } from "./captures.ts";
import { message, server } from "./dhcp.ts";
import { lan } from "./dhcp-lan.ts";

export interface MutantCounts {
  refused: number;
  ignored: number;
  answered: number;
}

const relayed = {
  relay: "10.1.0.1",
  set: [[Option.relayAgentInformation, Buffer.of(1, 2, 3, 4, 5, 4, 10, 1, 0, 0)]] as [number, Uint8Array][],
};
const seeds = () => [
  ...(["uefi-pxe-discover", "uefi-http-discover", "ipxe-bios-discover", "ipxe-bios-request"] as const).map(capture),
  encode(message("uefi-pxe-discover", relayed)),
  ...[MessageType.request, MessageType.decline, MessageType.release, MessageType.inform].map((type) =>
    encode(message("ipxe-bios-request", { type, requested: "10.0.0.11", server: "10.0.0.2", clientAddress: "10.0.0.11" })),
  ),
  encode(
    message("uefi-pxe-discover", {
      set: [
        [Option.overload, Buffer.of(3)],
        [Option.domainName, Buffer.alloc(300, 65)],
      ],
    }),
  ),
];

/** `every` is called from time to time, to measure the memory. */
export function tryMutants(count: number, seed: number, every: () => void = () => undefined): MutantCounts {
  const next = random(seed);
  const packets = seeds();
  const on = lan({ subnets: [{ cidr: "10.1.0.0/24", router: "10.1.0.1", ranges: [{ from: "10.1.0.10", to: "10.1.0.250" }] }] });
  const counts: MutantCounts = { refused: 0, ignored: 0, answered: 0 };
  const plan = { netboot: true, reason: "n1 is discovered" } as const;
  const from = { address: "10.0.0.40", port: 4011 };
  for (let index = 0; index < count; index++) {
    const bytes = mutate(packets[index % packets.length]!, next);
    on.clock.now += 200;
    on.saved.length = 0;
    if (index % 50_000 === 0) every();
    let decisions: [DhcpDecision, number][];
    try {
      const request = decode(bytes);
      const longest = longestReply(request);
      machineSeen(request);
      decisions = [
        decideFull(request, on, plan, from),
        decideProxy(request, server, plan),
        decideBootServer(request, server, plan, from),
      ].map((decision) => [decision, longest]);
    } catch (error) {
      assert(error instanceof MalformedPacket, `${String(error)} on ${bytes.toString("hex")}`);
      counts.refused += 1;
      continue;
    }
    for (const [decision, longest] of decisions) {
      if (decision.kind !== "reply") {
        counts.ignored += 1;
        continue;
      }
      counts.answered += 1;
      const answer = encode(decision.packet, longest);
      const echo = decision.packet.options.get(Option.relayAgentInformation)?.length ?? 0;
      assert(answer.length >= 300 && answer.length <= Math.max(longest, 320 + echo), `${answer.length} bytes on ${bytes.toString("hex")}`);
      assert.equal(decode(answer).transactionId, decision.packet.transactionId);
    }
  }
  return counts;
}
