/**
 * Prepares the DATA packets of one transfer in two series (stretches). The transfer sends one stretch while the next
 * stretch is read. Two stretches limit the memory of a transfer, regardless of the file size.
 */
import type { Content } from "./content.ts";
import type { KeptPackets, Stretch } from "./kept-packets.ts";
import type { TransferTerms } from "./options.ts";
import { DATA_HEADER, stampData } from "./packet.ts";
import { wireNumber } from "./window.ts";

const STRETCH_BYTES = 64 * 1024;
/** One system call accepts at most this number of pieces. */
const MOST_PIECES = 1024;
/**
 * The number of packets in a series (stretch) is a multiple of this number. A window of a usual size then fits into
 * one stretch and one system call.
 */
const WINDOWS = 64;

/** Consecutive packets of equal length. Only the last packet of the file may be shorter. */
export interface PacketRun {
  bytes: Buffer;
  count: number;
}

export class Blocks {
  readonly #content: Content;
  readonly #terms: TransferTerms;
  readonly #perStretch: number;
  readonly #kept: KeptPackets;
  /** The key of these packets in the cache, or undefined if no other transfer can use the packets. */
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

  /** The number of the last block, or undefined before that block is read. */
  get last(): number | undefined {
    return this.#last;
  }

  /** The number of payload bytes that were read so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Returns at most `most` available packets, beginning with this block. Returns undefined if the block is still
   * being read, or if it is after the last block.
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
   * Frees the packets that the client has confirmed, adds cached packets, and reads the next part of the file.
   * Returns undefined if no read is needed now. `mayReuse` is true if no packet in the socket's send queue uses this
   * memory.
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
    // If a file ends with a full block, an empty block must follow (RFC 1350 §6).
    const ends = whole < stretch.payloads.length;
    stretch.filled = ends ? whole + 1 : whole;
    const length = DATA_HEADER + blockSize;
    stretch.end = whole * length + (ends ? DATA_HEADER + (bytes % blockSize) : 0);
    for (let index = 0; index < stretch.filled; index++)
      stampData(stretch.memory, index * length, wireNumber(stretch.first + index, rollover));
    this.#read += stretch.filled;
    this.#bytes += bytes;
    if (ends) this.#last = this.#read;
    // Each transfer reads the end of the file without the cache, because this read verifies that the file is
    // unchanged.
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

  /** Waits for a running read to end, because the read uses the memory and the file. */
  async close(): Promise<void> {
    await this.#reading?.catch(() => undefined); // the code that started the read reports the error
    await this.#content.close();
  }
}
