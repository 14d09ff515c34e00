/** Limits output to the size that the tool form allows. The beginning and the end are kept, and the middle is removed. */
import type { Said } from "../kept-output.ts";

/** Limits output that arrives over a connection. The output is kept in memory. */
export class Keeper {
  readonly #half: number;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer = Buffer.alloc(0);
  #leftOut = 0;

  constructor(capBytes: number) {
    this.#half = Math.ceil(capBytes / 2);
  }

  take(chunk: Buffer): void {
    const first = chunk.subarray(0, this.#half - this.#headBytes);
    if (first.length > 0) this.#head.push(first);
    this.#headBytes += first.length;
    const rest = chunk.subarray(first.length);
    if (rest.length === 0) return;
    const tail = Buffer.concat([this.#tail, rest]);
    this.#leftOut += Math.max(0, tail.length - this.#half);
    this.#tail = tail.subarray(-this.#half);
  }

  said(): Said {
    const head = Buffer.concat(this.#head);
    if (this.#leftOut === 0) return { head: Buffer.concat([head, this.#tail]), leftOut: 0 };
    return { head, tail: this.#tail, leftOut: this.#leftOut };
  }
}
