/**
 * Tracks the blocks that are sent and acknowledged, and interprets each ACK (RFC 1350, 7440). This class uses no
 * socket and no clock.
 */

export type Heard =
  /** The client has received the last block that was sent. */
  | "all"
  /** The client has received some of the blocks. The next block was lost or has not arrived yet. */
  | "part"
  /** The ACK shows no progress. It is a duplicate, or the client did not receive the first block of this window. */
  | "again"
  | "stray";

export class SlidingWindow {
  readonly #rollover: 0 | 1;
  readonly #awaitsOackAck: boolean;
  /**
   * Block numbers in this class never wrap, unlike the block numbers on the wire. Block 0 is the OACK, and block -1
   * is the state before the OACK is acknowledged.
   */
  #acked: number;
  #sent = 0;
  #highest = 0;

  constructor(options: { awaitsOackAck: boolean; rollover: 0 | 1 }) {
    this.#acked = options.awaitsOackAck ? -1 : 0;
    this.#rollover = options.rollover;
    this.#awaitsOackAck = options.awaitsOackAck;
  }

  get acked(): number {
    return this.#acked;
  }
  /** True if the client has confirmed our options or a block. */
  get confirmed(): boolean {
    return this.#acked > 0 || (this.#acked === 0 && this.#awaitsOackAck);
  }
  /** The number of the last block that was sent since the last rewind. */
  get sent(): number {
    return this.#sent;
  }

  /** True if the next block has been sent before. */
  get repeats(): boolean {
    return this.#sent < this.#highest;
  }

  advance(blocks = 1): void {
    this.#sent += blocks;
    if (this.#sent > this.#highest) this.#highest = this.#sent;
  }

  /** Goes back to the last acknowledged block, so that all later blocks are sent again. */
  rewind(): void {
    this.#sent = Math.max(this.#acked, 0);
  }

  hear(wire: number): Heard {
    if (this.#acked === -1) {
      if (wire !== 0) return "stray";
      this.#acked = 0;
      return "all";
    }
    const period = this.#rollover === 0 ? 65_536 : 65_535;
    const ahead = (wire - wireNumber(this.#acked, this.#rollover) + period) % period;
    if (ahead === 0) return "again";
    if (ahead > this.#sent - this.#acked) return "stray";
    this.#acked += ahead;
    return this.#acked === this.#sent ? "all" : "part";
  }
}

/** Returns the 16-bit number that a block has on the wire. */
export const wireNumber = (block: number, rollover: 0 | 1): number =>
  block <= 65_535 ? block : rollover === 0 ? block % 65_536 : ((block - 1) % 65_535) + 1;
