/**
 * The DATA packets of one transfer, prepared in two stretches: one is sent while the next is read. This
 * bounds its memory for any file size.
 */
import type { Content } from "./content.ts";
import type { KeptPackets, Stretch } from "./kept-packets.ts";
import type { TransferTerms } from "./options.ts";
import { DATA_HEADER, stampData } from "./packet.ts";
import { wireNumber } from "./window.ts";

const STRETCH_BYTES = 64 * 1024;
/** One system call takes no more. */
const MOST_PIECES = 1024;
/**
 * Fits whole windows of the usual sizes, so that no window is split over two stretches and two system calls.
 */
const WINDOWS = 64;

/** Consecutive packets of the same length; only the last packet of the file may be shorter. */
export interface PacketRun {
  bytes: Buffer;
  count: number;
}

export class Blocks {
  readonly #content: Content;
  readonly #terms: TransferTerms;
  readonly #perStretch: number;
  readonly #kept: KeptPackets;
  /** Absent if no other transfer can use these packets. */
  readonly #key: string | undefined;
  readonly #stretches: Stretch[] = [];
  #spare: Stretch | undefined;
  #read = 0;
  #last: number | undefined;
  #bytes = 0;
  #reading: Promise<void> | undefined;

  constructor(content: Content, terms: TransferTerms, kept: KeptPackets) {
    this.#content = content;
    this.#terms = terms;
    const inFile = content.size === undefined ? Number.POSITIVE_INFINITY : Math.floor(content.size / terms.blockSize) + 1;
    const inStretch = WINDOWS * Math.ceil(STRETCH_BYTES / terms.blockSize / WINDOWS);
    this.#perStretch = Math.min(inStretch, inFile, MOST_PIECES);
    this.#kept = kept;
    this.#key = content.version && `${content.version} ${terms.blockSize} ${terms.rollover}`;
    if (this.#key) kept.used(this.#key);
  }

  /** The number of the last block, once it was read. */
  get last(): number | undefined {
    return this.#last;
  }

  /** Payload bytes read so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The available packets from this block on, up to `most`. Undefined while it is being read, and after the
   * last.
   */
  run(block: number, most: number): PacketRun | undefined {
    for (const { first, filled, memory, end } of this.#stretches) {
      if (block >= first + filled) continue;
      const length = DATA_HEADER + this.#terms.blockSize;
      const count = Math.min(most, first + filled - block);
      const start = (block - first) * length;
      return { bytes: memory.subarray(start, Math.min(start + count * length, end)), count };
    }
    return undefined;
  }

  /**
   * Frees what has arrived, reuses cached packets and reads on. Returns undefined when there is nothing to
   * read now. `mayReuse` means that no packet in the socket's queue still points into this memory.
   */
  proceed(acked: number, mayReuse: boolean): Promise<void> | undefined {
    const oldest = this.#stretches[0];
    if (oldest && acked >= oldest.first + oldest.payloads.length - 1) {
      this.#stretches.shift();
      this.#spare = mayReuse && !oldest.shared ? oldest : undefined;
    }
    this.#takeKept();
    if (this.#reading || this.#last !== undefined || this.#stretches.length === 2) return undefined;
    this.#reading = this.#readStretch().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  #takeKept(): void {
    if (!this.#key || this.#reading) return;
    while (this.#stretches.length < 2) {
      const stretch = this.#kept.get(this.#key, this.#read + 1);
      if (!stretch) return;
      const bytes = stretch.filled * this.#terms.blockSize;
      this.#content.skip?.(bytes);
      this.#read += stretch.filled;
      this.#bytes += bytes;
      this.#stretches.push(stretch);
    }
  }

  async #readStretch(): Promise<void> {
    const stretch = this.#spare ?? this.#newStretch();
    this.#spare = undefined;
    stretch.first = this.#read + 1;
    const bytes = await this.#content.fill(stretch.payloads);
    const { blockSize, rollover } = this.#terms;
    const whole = Math.floor(bytes / blockSize);
    // A file that ends with a full block is followed by an empty one (RFC 1350 §6).
    const ends = whole < stretch.payloads.length;
    stretch.filled = ends ? whole + 1 : whole;
    const length = DATA_HEADER + blockSize;
    stretch.end = whole * length + (ends ? DATA_HEADER + (bytes % blockSize) : 0);
    for (let index = 0; index < stretch.filled; index++)
      stampData(stretch.memory, index * length, wireNumber(stretch.first + index, rollover));
    this.#read += stretch.filled;
    this.#bytes += bytes;
    if (ends) this.#last = this.#read;
    // The end is read each time, because the blocks before it are only valid if the file is unchanged.
    else if (this.#key) this.#kept.keep(this.#key, stretch);
    this.#stretches.push(stretch);
  }

  #newStretch(): Stretch {
    const length = DATA_HEADER + this.#terms.blockSize;
    const memory = Buffer.allocUnsafeSlow(this.#perStretch * length);
    const payloads = Array.from({ length: this.#perStretch }, (_, index) =>
      memory.subarray(index * length + DATA_HEADER, (index + 1) * length),
    );
    return { first: 0, memory, payloads, filled: 0, end: 0, shared: false };
  }

  /** Waits for a read in progress, which still uses the memory and the file. */
  async close(): Promise<void> {
    await this.#reading?.catch(() => undefined); // reported where the read was started
    await this.#content.close();
  }
}
