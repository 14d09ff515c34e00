/** What control knows of the log of all processes: what the supervisor keeps of it, read and without secrets. */
import type { LogBook } from "../api/daemon-log.ts";
import type { LogLine } from "../contract/daemon-log.ts";
import { readLine } from "./log-lines.ts";
import type { LogNews } from "./log-tail.ts";
import { MOST_CHARACTERS, MOST_LINES, Tail } from "./tail.ts";

export class ControlLogBook implements LogBook {
  readonly #redact: (text: string) => string;
  readonly #lines = new Tail<LogLine>(MOST_LINES, MOST_CHARACTERS);
  #epoch = "";

  constructor(redact: (text: string) => string) {
    this.#redact = redact;
  }

  take({ epoch, lines }: LogNews): void {
    if (epoch !== this.#epoch) this.#lines.clear();
    this.#epoch = epoch;
    for (const { seq, line } of lines) {
      if (seq > this.#lines.last) this.#lines.add(readLine(seq, line, new Date(), this.#redact), line.length, seq);
    }
  }

  epoch(): string {
    return this.#epoch;
  }

  last(): number {
    return this.#lines.last;
  }

  after(seq: number, limit?: number): LogLine[] {
    return this.#lines.after(seq, limit).map(({ item }) => item);
  }
}
