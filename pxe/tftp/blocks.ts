/**
 * The DATA packets of one transfer, made ready two stretches at a time: one is sent while the next is read.
 * However large the file is, this is all the memory it takes.
 */
import type { Content } from "./content.ts";
import type { Terms } from "./options.ts";
import { DATA_HEADER, stampData } from "./packet.ts";
import { wireNumber } from "./window.ts";

const STRETCH_BYTES = 64 * 1024;
/** More would not go into one system call. */
const MOST_PIECES = 1024;

interface Stretch {
  first: number;
  /** Whole packets; their payloads are where the file is read into. */
  packets: Buffer[];
  payloads: Buffer[];
  /** How many of them hold a block. */
  filled: number;
}

export class Blocks {
  readonly #content: Content;
  readonly #terms: Terms;
  readonly #perStretch: number;
  readonly #stretches: Stretch[] = [];
  #spare: Stretch | undefined;
  #read = 0;
  #last: number | undefined;
  #lastPacket: Buffer | undefined;
  #bytes = 0;
  #reading: Promise<void> | undefined;

  constructor(content: Content, terms: Terms) {
    this.#content = content;
    this.#terms = terms;
    const inFile = content.size === undefined ? Number.POSITIVE_INFINITY : Math.floor(content.size / terms.blockSize) + 1;
    const wanted = Math.max(Math.floor(STRETCH_BYTES / terms.blockSize), 2 * terms.windowSize);
    this.#perStretch = Math.min(wanted, inFile, MOST_PIECES);
  }

  /** The number of the last block, once it was read. */
  get last(): number | undefined {
    return this.#last;
  }

  /** Of all that was read so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Absent while it is being read, and after the last. */
  packet(block: number): Buffer | undefined {
    if (block === this.#last) return this.#lastPacket;
    for (const stretch of this.#stretches) {
      if (block < stretch.first + stretch.filled) return stretch.packets[block - stretch.first];
    }
    return undefined;
  }

  /**
   * Lets go of what has arrived and reads on. Undefined when there is nothing to read now.
   * `mayReuse`: no packet of ours still waits in the socket's queue, which points into this memory.
   */
  proceed(acked: number, mayReuse: boolean): Promise<void> | undefined {
    const oldest = this.#stretches[0];
    if (oldest && acked >= oldest.first + oldest.packets.length - 1) {
      this.#stretches.shift();
      this.#spare = mayReuse ? oldest : undefined;
    }
    if (this.#reading || this.#last !== undefined || this.#stretches.length === 2) return undefined;
    this.#reading = this.#readStretch().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readStretch(): Promise<void> {
    const stretch = this.#spare ?? this.#newStretch();
    this.#spare = undefined;
    stretch.first = this.#read + 1;
    const bytes = await this.#content.fill(stretch.payloads);
    const { blockSize, rollover } = this.#terms;
    const whole = Math.floor(bytes / blockSize);
    // A file that ends with a full block is closed by an empty one (RFC 1350 §6).
    const ends = whole < stretch.packets.length;
    stretch.filled = ends ? whole + 1 : whole;
    for (let index = 0; index < stretch.filled; index++) stampData(stretch.packets[index]!, wireNumber(stretch.first + index, rollover));
    this.#read += stretch.filled;
    this.#bytes += bytes;
    if (ends) {
      this.#last = this.#read;
      this.#lastPacket = stretch.packets[whole]!.subarray(0, DATA_HEADER + (bytes % blockSize));
    }
    this.#stretches.push(stretch);
  }

  #newStretch(): Stretch {
    const length = DATA_HEADER + this.#terms.blockSize;
    const memory = Buffer.allocUnsafeSlow(this.#perStretch * length);
    const packets = Array.from({ length: this.#perStretch }, (_, index) => memory.subarray(index * length, (index + 1) * length));
    return { first: 0, packets, payloads: packets.map((packet) => packet.subarray(DATA_HEADER)), filled: 0 };
  }

  /** Waits for a read under way: its memory and its file must not be taken from under it. */
  async close(): Promise<void> {
    await this.#reading?.catch(() => undefined); // reported where it was started
    await this.#content.close();
  }
}
