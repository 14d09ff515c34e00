/**
 * The recorder receives the packets of all boot servers through taps. The recorder collects the packets that belong
 * to a machine's boot, and saves them shortly afterwards.
 */
import type { Log } from "../boot-source.ts";
import { BoundedMap } from "../bounded-map.ts";
import { toAddress } from "../dhcp/message/address.ts";
import type { Endpoint } from "../endpoint.ts";
import { Quiet } from "../quiet.ts";
import type { Datagram, HttpRequestSeen, Tap } from "../tap.ts";
import { bootReplyTo, bootRequest } from "./dhcp-bytes.ts";
import { tcpPacket, udpPacket } from "./frames.ts";
import { httpHead } from "./http-head.ts";
import { pcapRecord } from "./pcap.ts";
import type { CaptureRings } from "./rings.ts";

export interface RecorderOptions {
  rings: CaptureRings;
  /** The IP address of this server on the boot network. */
  address: string;
  /** Finds the MAC address of a machine whose IP address this server did not assign by DHCP. */
  macAt(address: string): string | undefined;
  log: Log;
}

const FLUSH_MS = 20;
/** While many packets arrive, the recorder waits at most this time for a quiet moment. */
const MOST_WAIT_MS = 50;
/** The recorder saves the packets of this number of machines. It then pauses, so that the servers can answer new packets. */
const MOST_AT_ONCE = 16;
/** The recorder drops new packets when more than this number of bytes waits to be saved. */
const MOST_WAITING = 4 * 1024 * 1024;
const MOST_OF_ONE = 64 * 1024;
const MOST_REMEMBERED = 4096;
/**
 * During one boot, the firmware, iPXE and the installer each request an address within this time. A machine that
 * renews its lease after this time is already running its system, so its packets are not captured.
 */
const BOOT_MS = 30 * 60_000;
/** Every packet of a boot fits into an Ethernet frame. */
const MOST_PAYLOAD = 1500;

/** At most this number of bytes precedes the payload of a packet in a capture: the headers of pcap, IP and TCP. */
const HEADERS = 16 + 20 + 20;

interface Waiting {
  packets: { atMs: number; packet: () => Buffer }[];
  bytes: number;
}

export class Recorder implements Tap {
  readonly #options: RecorderOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #bootedAt = new BoundedMap<string, number>(MOST_REMEMBERED);
  readonly #addresses = new BoundedMap<string, string>(MOST_REMEMBERED);
  readonly #sequences = new BoundedMap<string, number>(MOST_REMEMBERED);
  readonly #quiet = new Quiet();
  #waitingBytes = 0;
  #dropped = 0;
  #scheduled = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  datagram(datagram: Datagram): void {
    const { protocol, direction, bytes, port, remote } = datagram;
    this.#quiet.received();
    if (bytes.length > MOST_PAYLOAD) return;
    const mac = protocol === "dhcp" ? this.#dhcpMachine(datagram) : this.#machineAt(remote.address);
    if (mac === undefined) return;
    const us: Endpoint = { address: this.#options.address, port };
    // A client without an address must have sent its packet as a broadcast.
    const asked = remote.address === "0.0.0.0" ? { address: "255.255.255.255", port } : us;
    this.#keep(mac, bytes, () => (direction === "in" ? udpPacket(remote, asked, bytes) : udpPacket(us, remote, bytes)));
  }

  httpRequest(request: HttpRequestSeen): void {
    const { remote, port } = request;
    const mac = this.#machineAt(remote.address);
    if (mac === undefined) return;
    const head = httpHead(request);
    const connection = `${remote.address}:${remote.port}`;
    const sequence = this.#sequences.get(connection) ?? 1;
    this.#sequences.set(connection, sequence + head.length);
    this.#keep(mac, head, () => tcpPacket(remote, { address: this.#options.address, port }, sequence, head));
  }

  close(): void {
    this.#write(this.#waiting.size);
  }

  /**
   * Returns the machine's MAC address if the DHCP packet belongs to a boot. The capture omits all other DHCP packets
   * of the LAN.
   */
  #dhcpMachine({ direction, bytes }: Datagram): string | undefined {
    const now = Date.now();
    const message = direction === "in" ? bootRequest(bytes) : bootReplyTo(bytes);
    if (!message) return undefined;
    if (message.booting) this.#bootedAt.set(message.mac, now);
    else if (now - (this.#bootedAt.get(message.mac) ?? 0) > BOOT_MS) return undefined;
    if (message.address !== 0) this.#addresses.set(toAddress(message.address), message.mac);
    return message.mac;
  }

  #machineAt(address: string): string | undefined {
    return this.#addresses.get(address) ?? this.#options.macAt(address);
  }

  /** The packet is built when it is saved, because the machines that wait for an answer are more urgent. */
  #keep(mac: string, { length }: Uint8Array, packet: () => Buffer): void {
    const waiting = this.#waiting.get(mac) ?? { packets: [], bytes: 0 };
    const bytes = HEADERS + length;
    if (this.#waitingBytes + bytes > MOST_WAITING || waiting.bytes + bytes > MOST_OF_ONE) {
      this.#dropped += 1;
      return;
    }
    waiting.packets.push({ atMs: Date.now(), packet });
    waiting.bytes += bytes;
    this.#waiting.set(mac, waiting);
    this.#waitingBytes += bytes;
    this.#schedule(FLUSH_MS);
  }

  #schedule(waitMs: number): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => this.#quiet.run(() => this.#flushSome(), MOST_WAIT_MS), waitMs);
  }

  #flushSome(): void {
    this.#scheduled = false;
    this.#write(MOST_AT_ONCE);
    if (this.#waiting.size > 0) this.#schedule(1);
  }

  #write(most: number): void {
    const { rings, log } = this.#options;
    if (this.#dropped > 0) log.warn({ packets: this.#dropped }, "more packets than a capture holds");
    this.#dropped = 0;
    for (const [mac, { packets, bytes }] of [...this.#waiting].slice(0, most)) {
      this.#waiting.delete(mac);
      this.#waitingBytes -= bytes;
      try {
        rings.append(mac, Buffer.concat(packets.map(({ atMs, packet }) => pcapRecord(atMs, packet()))));
      } catch (error) {
        // If the disk is full, the capture loses packets, but the boot must continue.
        log.warn({ err: error, mac }, "packets not kept");
      }
    }
  }
}
