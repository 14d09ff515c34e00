/**
 * Processes simulated requests until the JavaScript engine has compiled the code that answers requests. After a power
 * failure, all machines start at the same time as this process. Their first requests must not wait for the compiler.
 */

import type { BootSource } from "../boot-source.ts";
import { machineSeen } from "./decision/client.ts";
import { decideFull, type FullMode, noNeighbours } from "./decision/full.ts";
import { Pool } from "./decision/pool.ts";
import { longestReply, type ServerIdentity } from "./decision/reply.ts";
import { subnetOf } from "./decision/shared-network.ts";
import { ipBytes, parseBlock } from "./message/address.ts";
import { clientMessage } from "./message/client-message.ts";
import { MessageType, Option } from "./message/option.ts";
import { type DhcpPacket, decode, encode } from "./message/packet.ts";

/** The number of simulated machines. The simulation takes about 0.2 s. */
const MACHINES = 1_500;
const NO_MACHINE = "02:00:00:00:00:00";

export function warmUp(server: ServerIdentity, source: Pick<BootSource, "dhcpPlan">): void {
  const mode = nowhere({ ...server, hasBootFile: () => true });
  const ask = (mac: string, type: number, more: [number, Uint8Array][]) => {
    const request = decode(encode(question(mac, [[Option.messageType, Uint8Array.of(type)], ...more])));
    // One address for all plans, because the source may remember the machines for which it made a plan.
    const plan = source.dhcpPlan({ ...machineSeen(request), mac: NO_MACHINE });
    const decision = decideFull(request, mode, plan);
    if (decision.kind === "reply") encode(decision.packet, longestReply(request));
    return decision;
  };
  for (let n = 0; n < MACHINES; n++) {
    const mac = `02:00:00:00:${(n >> 8).toString(16).padStart(2, "0")}:${(n & 255).toString(16).padStart(2, "0")}`;
    const firmware: [number, Uint8Array][] = [
      [Option.parameterRequestList, Uint8Array.of(1, 3, 6, 15, 28, 66, 67)],
      [Option.vendorClass, Buffer.from("PXEClient:Arch:00007:UNDI:003016")],
      [Option.clientArchitecture, Uint8Array.of(0, 7)],
    ];
    const offer = ask(mac, MessageType.discover, n % 2 === 0 ? firmware : []);
    if (offer.kind === "reply") ask(mac, MessageType.request, [[Option.requestedAddress, ipBytes(offer.packet.yourAddress)]]);
  }
}

/**
 * Uses the benchmark network 198.18.0.0/15, because the TEST-NET ranges have too few addresses. No packet leaves the
 * process, so the addresses need not exist.
 */
function nowhere(server: ServerIdentity): FullMode {
  const block = parseBlock("198.18.0.0/15");
  const pool = new Pool({
    block,
    ranges: [{ from: "198.18.0.1", to: "198.19.255.254" }],
    exclude: [],
    reservations: {},
    leaseSeconds: 3600,
    store: { all: () => [], save: () => undefined },
    now: Date.now,
  });
  const plan = { block, router: "198.18.0.1", dns: ["198.18.0.1"], domain: "nowhere", leaseSeconds: 3600, extra: new Map(), pool };
  return {
    server,
    links: [{ name: "nowhere", subnets: [subnetOf(plan)] }],
    authoritative: true,
    machines: new Map(),
    neighbours: noNeighbours,
  };
}

const question = (mac: string, options: [number, Uint8Array][]): DhcpPacket =>
  clientMessage(mac, { transactionId: 1, broadcast: false }, options);
