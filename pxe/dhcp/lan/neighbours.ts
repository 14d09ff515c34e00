/**
 * Checks by ARP whether an address on our own link is in use. Sends one byte to a closed port. The kernel then sends
 * an ARP request, and stores the answer in its ARP table. The check needs no raw socket, no ping and no special
 * permission. The check does not work for an address behind a router.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../boot-source.ts";
import { BoundedMap } from "../../bounded-map.ts";
import type { Neighbours } from "../decision/full.ts";
import { ProxyArp } from "./proxy-arp.ts";

export interface AskableNeighbours extends Neighbours {
  /** Resolves when the result of the check is available. Several callers that check the same address share one check. */
  ask(address: string): Promise<void>;
  close(): Promise<void>;
}

/** On a LAN, a machine answers an ARP request within a millisecond. The ping check of the DHCP server Kea also waits 100 ms. */
const WAIT_MS = 100;
const REMEMBERED_MS = 60_000;
/** The kernel's ARP table has about 1,000 entries, and other programs need a part of them. */
const MOST_AT_ONCE = 128;
const MOST_REMEMBERED = 16_384;
/**
 * UDP port 9 belongs to the discard service (RFC 863). The port is closed on almost every machine, and the byte does
 * no harm if the port is open.
 */
const DISCARD = 9;

interface Verdict {
  usedBy: string | undefined;
  until: number;
}

export interface NeighbourOptions {
  /** Called for each answer of a neighbour that answers for addresses of others. */
  onProxy?(mac: string, address: string): void;
  table?: string;
}

export async function openNeighbours(address: string, log: Log, options: NeighbourOptions = {}): Promise<AskableNeighbours> {
  const socket = createSocket("udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  // If a live machine answers "port unreachable", the socket reports an error. The error is ignored, because the ARP
  // table shows the live machine too.
  socket.on("error", () => undefined);
  return new ArpNeighbours(socket, log, options);
}

class ArpNeighbours implements AskableNeighbours {
  readonly #socket: Socket;
  readonly #table: string;
  readonly #log: Log;
  readonly #verdicts = new BoundedMap<string, Verdict>(MOST_REMEMBERED);
  readonly #proxies = new ProxyArp();
  readonly #asking = new Map<string, Promise<void>>();
  #onTheWire = 0;
  #reading: Promise<Map<string, string>> | undefined;

  readonly #onProxy: NonNullable<NeighbourOptions["onProxy"]>;

  constructor(socket: Socket, log: Log, { table = "/proc/net/arp", onProxy = () => undefined }: NeighbourOptions) {
    this.#socket = socket;
    this.#table = table;
    this.#log = log;
    this.#onProxy = onProxy;
  }

  verdict(address: string): { usedBy: string | undefined } | undefined {
    const verdict = this.#verdicts.get(address);
    if (!verdict || verdict.until <= performance.now()) return undefined;
    return verdict.usedBy !== undefined && this.#proxies.isProxy(verdict.usedBy) ? { usedBy: undefined } : verdict;
  }

  ask(address: string): Promise<void> {
    const before = this.#asking.get(address);
    if (before) return before;
    const asked = this.#ask(address).finally(() => this.#asking.delete(address));
    this.#asking.set(address, asked);
    return asked;
  }

  async #ask(address: string): Promise<void> {
    // If more checks are requested than the ARP table has room for, later checks wait. Waiting is harmless, because
    // machines repeat their DISCOVER for half a minute.
    while (this.#onTheWire >= MOST_AT_ONCE) await sleep(WAIT_MS / 2);
    this.#onTheWire += 1;
    this.#socket.send(Buffer.of(0), DISCARD, address, () => undefined);
    await sleep(WAIT_MS);
    this.#onTheWire -= 1;
    const usedBy = (await this.#readTable()).get(address);
    if (usedBy !== undefined) this.#report(address, usedBy);
    this.#verdicts.set(address, { usedBy, until: performance.now() + REMEMBERED_MS });
  }

  #report(address: string, mac: string): void {
    if (this.#proxies.answered(mac, address))
      this.#log.warn(
        { mac, address },
        "one neighbour answers ARP requests for many free addresses, so its answers no longer count; " +
          "turn off proxy ARP on this router, or correct its netmask",
      );
    if (this.#proxies.isProxy(mac)) this.#onProxy(mac, address);
    else this.#log.info({ address, mac }, "address is in use on the wire");
  }

  /** All checks that end at the same time share one read of the ARP table. */
  #readTable(): Promise<Map<string, string>> {
    this.#reading ??= readFile(this.#table, "utf8")
      .then(parseArpTable)
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}

/** Reads the complete entries of the ARP table (flag 0x2). Returns a map from IP address to MAC address. */
export function parseArpTable(text: string): Map<string, string> {
  const rows = text.split("\n").map((line) => line.trim().split(/\s+/));
  return new Map(rows.flatMap(([address = "", , flags, mac = ""]) => (Number(flags) & 2 ? [[address, mac.toLowerCase()] as const] : [])));
}
