/**
 * Removes Muster's own first line from the output of a command, and reads the number in that line. Keeps text that the login
 * shell printed before Muster's line.
 */

/** The largest number of bytes that a login shell may print before Muster's line. */
const MOST_BYTES = 65_536;

export class MarkedOutput {
  readonly #mark: string;
  readonly #pass: (chunk: Buffer) => void;
  #waiting: Buffer | undefined = Buffer.alloc(0);
  #number: number | undefined;

  constructor(mark: string, pass: (chunk: Buffer) => void) {
    this.#mark = mark;
    this.#pass = pass;
  }

  get number(): number | undefined {
    return this.#number;
  }

  take(chunk: Buffer): void {
    if (!this.#waiting) {
      this.#pass(chunk);
      return;
    }
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    const text = this.#waiting.toString("latin1");
    const found = new RegExp(`${this.#mark} ([0-9]{1,9})\\n`).exec(text);
    if (found) {
      this.#number = Number(found[1]);
      this.#release(Buffer.from(text.slice(0, found.index) + text.slice(found.index + found[0].length), "latin1"));
    } else if (this.#waiting.length > MOST_BYTES) this.end();
  }

  end(): void {
    if (this.#waiting) this.#release(this.#waiting);
  }

  #release(bytes: Buffer): void {
    this.#waiting = undefined;
    if (bytes.length > 0) this.#pass(bytes);
  }
}
