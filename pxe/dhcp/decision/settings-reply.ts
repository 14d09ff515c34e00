/** Builds a complete OFFER or ACK with the address, the network settings and the boot options. */

import type { DhcpPlan } from "../../boot-source.ts";
import type { Endpoint } from "../../endpoint.ts";
import { ANY } from "../message/address.ts";
import { MessageType, Option } from "../message/option.ts";
import type { DhcpPacket } from "../message/packet.ts";
import { type DhcpDecision, destination, echoed, netbootOf, netbootOptions, opening, replyHeader, type ServerIdentity } from "./reply.ts";
import type { Subnet } from "./shared-network.ts";

interface Asked {
  request: DhcpPacket;
  mode: { server: ServerIdentity; machines: ReadonlyMap<string, ReadonlyMap<number, Uint8Array>> };
  plan: DhcpPlan;
  from: Endpoint;
  identifier: string;
  journal: string[];
}

/** If `address` is undefined, the answer is for an INFORM. */
export function settingsReply(
  { request, mode, plan, from, identifier, journal }: Asked,
  type: number,
  subnet: Subnet,
  address: string | undefined,
): DhcpDecision {
  const { server } = mode;
  const netboot = netbootOf(request, server, plan);
  journal.push(netboot.kind === "boot" ? `${netboot.stage}: boot file ${netboot.file}` : netboot.reason, plan.reason);
  const options = new Map(opening(type, identifier));
  if (address !== undefined) for (const [code, value] of subnet.leaseTimes) options.set(code, value);
  for (const [code, value] of subnet.settings) options.set(code, value);
  if (netboot.kind === "boot") for (const [code, value] of netbootOptions(request, server, netboot)) options.set(code, value);
  addExtra(options, request, subnet.extra, mode.machines.get(request.mac));
  for (const [code, value] of echoed(request)) options.set(code, value);
  const what = `${type === MessageType.offer ? "offer" : "ack"} of ${address ?? "settings"}`;
  return {
    kind: "reply",
    packet: {
      ...replyHeader(request),
      clientAddress: type === MessageType.ack ? request.clientAddress : ANY,
      yourAddress: address ?? ANY,
      ...(netboot.kind === "boot" && { nextServer: server.address, serverName: server.address, bootFile: netboot.file }),
      // If an INFORM without an address arrived through a relay, the relay can deliver the answer only by broadcast.
      broadcast: request.broadcast || (address === undefined && request.clientAddress === ANY),
      options,
    },
    to: destination(request, type, from),
    summary: netboot.kind === "boot" ? `${what}, boot file ${netboot.file}` : netboot.refused ? `${what}, but ${netboot.reason}` : what,
    ...(netboot.kind === "none" && netboot.refused && { withheld: netboot.reason }),
    journal,
  };
}

/** Adds each option only if the client requests it. Other clients do not support the option, and old ROMs need small replies. */
function addExtra(
  options: Map<number, Uint8Array>,
  request: DhcpPacket,
  ofSubnet: ReadonlyMap<number, Uint8Array>,
  ofMachine: ReadonlyMap<number, Uint8Array> | undefined,
): void {
  if (ofSubnet.size === 0 && ofMachine === undefined) return;
  for (const code of request.options.get(Option.parameterRequestList) ?? []) {
    const value = ofMachine?.get(code) ?? ofSubnet.get(code);
    if (value) options.set(code, value);
  }
}
