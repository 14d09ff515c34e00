/**
 * Simulates the DHCP relay agent of all simulated machines. The relay adds giaddr and option 82 to requests, and
 * passes each answer to the machine that waits for it.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { Option } from "../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, decode, encode } from "../../../pxe/dhcp/message/packet.ts";

export interface RelayPlace {
  /** The address of the relay on the machines' network. */
  address: string;
  server: string;
}

const PORT = 67;
const RECEIVE_BUFFER = 4 * 1024 * 1024;

export class Relay {
  readonly #place: RelayPlace;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (answer: DhcpPacket) => void>();
  /** The number of answers whose option 82 was not the last option, or differed from option 82 in the request. */
  wrongEchoes = 0;

  private constructor(place: RelayPlace, socket: Socket) {
    this.#place = place;
    this.#socket = socket;
    socket.on("message", (bytes) => this.#hear(bytes));
    // While netboot restarts, its port is closed, and this socket reports an error.
    socket.on("error", () => undefined);
  }

  static async open(place: RelayPlace): Promise<Relay> {
    const socket = createSocket({ type: "udp4", recvBufferSize: RECEIVE_BUFFER });
    socket.bind(PORT, place.address);
    await once(socket, "listening");
    return new Relay(place, socket);
  }

  /** The relay passes answers with this transaction id to `take` until the caller calls the returned function. */
  expect(transactionId: number, take: (answer: DhcpPacket) => void): () => void {
    this.#waiting.set(transactionId, take);
    return () => this.#waiting.delete(transactionId);
  }

  send(packet: DhcpPacket): void {
    const relayed: DhcpPacket = {
      ...packet,
      hops: 1,
      relay: this.#place.address,
      options: new Map([...packet.options, [Option.relayAgentInformation, circuitOf(packet.mac)]]),
    };
    this.#socket.send(encode(relayed), PORT, this.#place.server, () => undefined);
  }

  #hear(bytes: Buffer): void {
    const answer = decode(bytes);
    const [last] = [...answer.options.entries()].slice(-1);
    if (last?.[0] !== Option.relayAgentInformation || !circuitOf(answer.mac).equals(last[1])) this.wrongEchoes += 1;
    this.#waiting.get(answer.transactionId)?.(answer);
  }

  close(): void {
    this.#socket.close();
  }
}

/** Returns a circuit id that contains the port of the machine, in the format of a switch. */
function circuitOf(mac: string): Buffer {
  const circuit = Buffer.from(`hall/${mac.slice(-5)}`);
  return Buffer.concat([Buffer.of(1, circuit.length), circuit]);
}
