/**
 * Implements the client side of RFC 2131 §4.4: INIT to BOUND, or INIT-REBOOT, with retransmission. The client accepts
 * any valid answer.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ipBytes } from "../../../pxe/dhcp/message/address.ts";
import { clientMessage } from "../../../pxe/dhcp/message/client-message.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { addressOption, type DhcpPacket, messageType } from "../../../pxe/dhcp/message/packet.ts";
import type { Relay } from "./relay.ts";

export interface Exchange {
  answer: DhcpPacket;
  /** The time of the first request that led to this answer, and the time of the answer, in milliseconds since the epoch. */
  from: number;
  to: number;
}

export interface Bound {
  address: string;
  server: string;
  leaseSeconds: number;
  nextServer: string;
  bootFile: string;
  /** The exchange is absent after INIT-REBOOT. */
  discover?: Exchange | undefined;
  request: Exchange;
}

export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/**
 * The seconds between repeated requests. EDK2 follows the PXE specification, and an operating system follows RFC 2131
 * §4.1.
 */
export const patience = {
  firmware: [4, 8, 16, 32],
  ipxe: [1, 2, 4, 8, 10],
  system: [4, 8, 16],
} as const;
export type Who = keyof typeof patience;

export interface Client {
  mac: string;
  who: Who;
  options: readonly (readonly [number, Uint8Array])[];
}

export async function bind(relay: Relay, client: Client): Promise<Bound> {
  for (let tries = 0; tries < 4; tries++) {
    const discover = await ask(relay, client, MessageType.discover, [], isOffer);
    const { yourAddress } = discover.answer;
    const server = addressOption(discover.answer, Option.serverIdentifier);
    if (server === undefined) throw new NoAnswer("an OFFER without a server identifier");
    const chosen: [number, Uint8Array][] = [
      [Option.requestedAddress, ipBytes(yourAddress)],
      [Option.serverIdentifier, ipBytes(server)],
    ];
    const request = await ask(relay, client, MessageType.request, chosen, isVerdict);
    if (messageType(request.answer) === MessageType.ack) return bound(request, discover);
    await sleep(1000); // the server refused the request, so start again after a pause
  }
  throw new NoAnswer("refused four times");
}

/** Acts as an operating system that requests its previous address. Returns undefined if the server refuses the address. */
export async function rebind(relay: Relay, client: Client, address: string): Promise<Bound | undefined> {
  const request = await ask(relay, client, MessageType.request, [[Option.requestedAddress, ipBytes(address)]], isVerdict);
  return messageType(request.answer) === MessageType.ack ? bound(request) : undefined;
}

export function release(relay: Relay, { mac }: Client, { address, server }: Pick<Bound, "address" | "server">): void {
  const options: [number, Uint8Array][] = [
    [Option.messageType, Uint8Array.of(MessageType.release)],
    [Option.serverIdentifier, ipBytes(server)],
  ];
  relay.send({ ...clientMessage(mac, { transactionId: transaction(), broadcast: false }, options), clientAddress: address });
}

const isOffer = (packet: DhcpPacket) => messageType(packet) === MessageType.offer && packet.yourAddress !== "0.0.0.0";
const isVerdict = (packet: DhcpPacket) => [MessageType.ack, MessageType.nak].some((type) => type === messageType(packet));

async function ask(
  relay: Relay,
  { mac, who, options }: Client,
  type: number,
  more: readonly [number, Uint8Array][],
  wanted: (answer: DhcpPacket) => boolean,
): Promise<Exchange> {
  const answered = Promise.withResolvers<DhcpPacket>();
  const transactionId = transaction();
  const forget = relay.expect(transactionId, (answer) => {
    if (answer.mac === mac && wanted(answer)) answered.resolve(answer);
  });
  const started = Date.now();
  try {
    for (const seconds of patience[who]) {
      const question = clientMessage(mac, { transactionId, broadcast: false }, [
        [Option.messageType, Uint8Array.of(type)],
        ...options,
        ...more,
      ]);
      relay.send({ ...question, seconds: Math.round((Date.now() - started) / 1000) });
      const stop = new AbortController();
      // RFC 2131 §4.1 requires a random part in the interval, so that many machines do not send at the same moments.
      const pause = sleep((seconds + Math.random() * 2 - 1) * 1000 + 500, undefined, { signal: stop.signal }).catch(() => undefined);
      const answer = await Promise.race([answered.promise, pause]);
      stop.abort();
      if (answer) return { answer, from: started, to: Date.now() };
    }
  } finally {
    forget();
  }
  throw new NoAnswer(`no answer to ${type === MessageType.discover ? "DISCOVER" : "REQUEST"}`);
}

function bound(request: Exchange, discover?: Exchange): Bound {
  const { answer } = request;
  const lease = answer.options.get(Option.leaseTime);
  return {
    address: answer.yourAddress,
    server: addressOption(answer, Option.serverIdentifier) ?? "",
    leaseSeconds: lease ? Buffer.from(lease).readUInt32BE(0) : 0,
    nextServer: answer.nextServer,
    bootFile: answer.bootFile,
    discover,
    request,
  };
}

let last = Math.floor(Math.random() * 0x7fffffff);
const transaction = () => {
  last = (last + 1) >>> 0;
  return last;
};
