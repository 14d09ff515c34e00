/**
 * Many machines behind one relay on the loopback interface. Each goes from DISCOVER to ACK and repeats its
 * message until it is answered.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { ipBytes } from "../../../pxe/dhcp/message/address.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, decode, encode, messageType } from "../../../pxe/dhcp/message/packet.ts";

const REPEAT_MS = 200;
const MOST_AT_ONCE = 64;

export class Storm {
  /** Every address a machine was ever given in an ACK. */
  readonly promised = new Map<string, Set<string>>();
  /** Current port of the server; 0 while it is down. */
  port = 0;
  readonly #socket: Socket;
  readonly #options: readonly [number, Uint8Array][];
  readonly #waiting = new Map<number, (packet: DhcpPacket) => void>();
  #transaction = 1;

  private constructor(socket: Socket, options: readonly [number, Uint8Array][]) {
    this.#socket = socket;
    this.#options = options;
    socket.on("message", (bytes) => {
      const packet = decode(bytes);
      this.#waiting.get(packet.transactionId)?.(packet);
    });
  }

  /** Each message contains the options `options`. */
  static async open(options: readonly [number, Uint8Array][] = []): Promise<Storm> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new Storm(socket, options);
  }

  /** Joins all machines, a limited number at a time, until each has an address. */
  async join(macs: readonly string[]): Promise<void> {
    const left = [...macs];
    const worker = async () => {
      for (let mac = left.shift(); mac !== undefined; mac = left.shift()) await this.#dora(mac);
    };
    await Promise.all(Array.from({ length: MOST_AT_ONCE }, worker));
  }

  /** Sends INIT-REBOOT with an address from an earlier ACK. */
  async reboot(mac: string, address: string): Promise<number | undefined> {
    return messageType(await this.#ask(mac, MessageType.request, [[Option.requestedAddress, ipBytes(address)]]));
  }

  async #dora(mac: string): Promise<void> {
    for (;;) {
      const offer = await this.#ask(mac, MessageType.discover, []);
      const server = offer.options.get(Option.serverIdentifier);
      const answer = await this.#ask(mac, MessageType.request, [
        [Option.requestedAddress, ipBytes(offer.yourAddress)],
        ...(server ? [[Option.serverIdentifier, server] as [number, Uint8Array]] : []),
      ]);
      if (messageType(answer) === MessageType.ack) return this.#remember(mac, answer.yourAddress);
    }
  }

  #remember(mac: string, address: string): void {
    const before = this.promised.get(address);
    if (before) before.add(mac);
    else this.promised.set(address, new Set([mac]));
  }

  async #ask(mac: string, type: number, options: [number, Uint8Array][]): Promise<DhcpPacket> {
    const transactionId = this.#transaction++;
    const answered = Promise.withResolvers<DhcpPacket>();
    this.#waiting.set(transactionId, answered.resolve);
    const bytes = question(mac, transactionId, type, [...this.#options, ...options]);
    try {
      for (;;) {
        this.#socket.send(bytes, this.port, "127.0.0.1", () => undefined);
        const answer = await Promise.race([answered.promise, sleep(REPEAT_MS)]);
        if (answer) return answer;
      }
    } finally {
      this.#waiting.delete(transactionId);
    }
  }

  close(): void {
    this.#socket.close();
  }
}

function question(mac: string, transactionId: number, type: number, options: [number, Uint8Array][]): Buffer {
  return encode({
    op: "request",
    hops: 1,
    transactionId,
    seconds: 0,
    broadcast: false,
    clientAddress: "0.0.0.0",
    yourAddress: "0.0.0.0",
    nextServer: "0.0.0.0",
    relay: "127.0.0.1",
    mac,
    serverName: "",
    bootFile: "",
    options: new Map<number, Uint8Array>([
      [Option.messageType, Uint8Array.of(type)],
      ...options,
      // The link it relays for (RFC 3527), and the request to send answers to its source port (RFC 8357).
      [Option.relayAgentInformation, Uint8Array.of(5, 4, 10, 1, 0, 0, 19, 0)],
    ]),
  });
}
