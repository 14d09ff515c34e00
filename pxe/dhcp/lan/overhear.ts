/**
 * Listens to the DHCP offers of other servers on our own link. A client without an address may request a broadcast
 * answer, and port 68 of every machine receives the broadcast. The listener sends no packets, and cannot see offers
 * that were sent by unicast.
 */
import { createSocket } from "node:dgram";
import type { Log } from "../../boot-source.ts";
import { bind, type SocketSource } from "../../socket-source.ts";
import { Budget } from "../budget.ts";
import { ANY } from "../message/address.ts";
import { MessageType, Option } from "../message/option.ts";
import { addressOption, type DhcpPacket, decode, MalformedPacket, messageType, textOption } from "../message/packet.ts";

export interface OverheardOffer {
  /** The client's MAC address. */
  mac: string;
  server: string;
  address?: string;
  nextServer?: string;
  bootFile?: string;
  /** True if the offer identifies its sender as a PXE server or contains PXE options. */
  pxe: boolean;
}

/** A flood of packets on port 68 must not block the other work of this process. */
const A_SECOND = 20;

export async function overhearOffers(
  client: SocketSource,
  options: { ours: ReadonlySet<string>; heard(offer: OverheardOffer): void; log: Log },
): Promise<{ close(): Promise<void> }> {
  const { ours, heard, log } = options;
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  const budget = new Budget(A_SECOND);
  socket.on("message", (bytes, remote) => {
    if (!budget.spend(remote.address)) return;
    try {
      const offer = otherOffer(decode(bytes), remote.address, ours);
      if (offer) heard(offer);
    } catch (error) {
      if (error instanceof MalformedPacket) return;
      log.warn({ err: error, from: remote.address }, "another server's offer not understood");
    }
  });
  await bind(socket, client);
  socket.on("error", (error) => log.warn({ err: error }, "overhearing"));
  return { close: () => new Promise((resolve) => socket.close(() => resolve())) };
}

export function otherOffer(packet: DhcpPacket, from: string, ours: ReadonlySet<string>): OverheardOffer | undefined {
  if (packet.op !== "reply" || messageType(packet) !== MessageType.offer) return undefined;
  const server = addressOption(packet, Option.serverIdentifier) ?? from;
  if (ours.has(server) || ours.has(from)) return undefined;
  const text = (code: number) => (packet.options.has(code) ? printable(textOption(packet, code)) : "");
  const bootFile = text(Option.bootFileName) || printable(packet.bootFile);
  const nextServer = packet.nextServer === ANY ? text(Option.tftpServerName) : packet.nextServer;
  return {
    mac: packet.mac,
    server,
    ...(packet.yourAddress !== ANY && { address: packet.yourAddress }),
    ...(nextServer !== "" && { nextServer }),
    ...(bootFile !== "" && { bootFile }),
    pxe: packet.options.has(Option.vendorSpecific) || text(Option.vendorClass).startsWith("PXEClient"),
  };
}

const printable = (text: string): string =>
  text
    .replace(/\0.*$/s, "")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 128);
