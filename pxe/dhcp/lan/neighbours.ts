/**
 * Asks our own link who uses an address: one byte to a port where nobody listens makes the kernel ask by ARP, and its
 * table shows the answer a moment later. Needs no raw socket, no ping and no permission. Knows nothing behind a router.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../boot-source.ts";
import type { Neighbours } from "../decision/full.ts";

export interface AskableNeighbours extends Neighbours {
  /** Resolves when there is a verdict. Many may ask at once; one answer serves all who ask for the same address. */
  ask(address: string): Promise<void>;
  close(): Promise<void>;
}

/** ARP answers within a millisecond on a LAN; Kea's ping check waits as long. */
const WAIT_MS = 100;
const REMEMBERED_MS = 60_000;
/** The kernel's ARP table holds some 1,000 entries; the rest of its users need theirs. */
const MOST_AT_ONCE = 128;
const MOST_REMEMBERED = 16_384;
/** RFC 863. Closed everywhere, and harmless where it is not. */
const DISCARD = 9;

interface Verdict {
  usedBy: string | undefined;
  until: number;
}

export async function openNeighbours(address: string, log: Log, table = "/proc/net/arp"): Promise<AskableNeighbours> {
  const socket = createSocket("udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  // Port unreachable comes back as an error of the socket: the sign of a machine that lives, seen in the table anyhow.
  socket.on("error", () => undefined);
  return new ArpNeighbours(socket, table, log);
}

class ArpNeighbours implements AskableNeighbours {
  readonly #socket: Socket;
  readonly #table: string;
  readonly #log: Log;
  readonly #verdicts = new Map<string, Verdict>();
  readonly #asking = new Map<string, Promise<void>>();
  #onTheWire = 0;
  #reading: Promise<Map<string, string>> | undefined;

  constructor(socket: Socket, table: string, log: Log) {
    this.#socket = socket;
    this.#table = table;
    this.#log = log;
  }

  verdict(address: string): { usedBy: string | undefined } | undefined {
    const verdict = this.#verdicts.get(address);
    return verdict && verdict.until > Date.now() ? verdict : undefined;
  }

  ask(address: string): Promise<void> {
    const before = this.#asking.get(address);
    if (before) return before;
    const asked = this.#ask(address).finally(() => this.#asking.delete(address));
    this.#asking.set(address, asked);
    return asked;
  }

  async #ask(address: string): Promise<void> {
    // In a storm that is larger than what the kernel keeps, later ones wait: machines repeat their DISCOVER for half a minute.
    while (this.#onTheWire >= MOST_AT_ONCE) await sleep(WAIT_MS / 2);
    this.#onTheWire += 1;
    this.#socket.send(Buffer.of(0), DISCARD, address, () => undefined);
    await sleep(WAIT_MS);
    this.#onTheWire -= 1;
    const usedBy = (await this.#readTable()).get(address);
    if (usedBy !== undefined) this.#log.info({ address, mac: usedBy }, "address answers on the wire");
    if (this.#verdicts.size >= MOST_REMEMBERED) this.#verdicts.clear();
    this.#verdicts.set(address, { usedBy, until: Date.now() + REMEMBERED_MS });
  }

  /** One reading serves all whose time is up together. */
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

/** Address to MAC address, of the entries that are complete (flag 0x2). */
export function parseArpTable(text: string): Map<string, string> {
  const rows = text.split("\n").map((line) => line.trim().split(/\s+/));
  return new Map(rows.flatMap(([address = "", , flags, mac = ""]) => (Number(flags) & 2 ? [[address, mac.toLowerCase()] as const] : [])));
}
