/**
 * Tracks which blocks are sent and acknowledged, and interprets an ACK (RFC 1350, 7440). Uses no socket and
 * no clock.
 */

export type Heard =
  /** The last sent block has arrived. */
  | "all"
  /** Some blocks have arrived. The client missed the next one, or has not received it yet. */
  | "part"
  /** No progress: the ACK is a duplicate, or the client misses the first block of this window. */
  | "again"
  | "stray";

export class SlidingWindow {
  readonly #rollover: 0 | 1;
  /** Block numbers here never wrap; only those on the wire do. Block 0 is the OACK, and -1 is before it. */
  #acked: number;
  #sent = 0;
  #highest = 0;

  constructor(options: { awaitsOackAck: boolean; rollover: 0 | 1 }) {
    this.#acked = options.awaitsOackAck ? -1 : 0;
    this.#rollover = options.rollover;
  }

  get acked(): number {
    return this.#acked;
  }
  /** The last block sent since the window was last rewound. */
  get sent(): number {
    return this.#sent;
  }

  /** True if the next block was sent before. */
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

/** The 16-bit number of a block on the wire. */
export const wireNumber = (block: number, rollover: 0 | 1): number =>
  block <= 65_535 ? block : rollover === 0 ? block % 65_536 : ((block - 1) % 65_535) + 1;
