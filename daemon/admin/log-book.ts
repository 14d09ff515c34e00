/** Control's copy of the log of all processes. The log lines are parsed and contain no secrets. */
import type { LogLine } from "../contract/admin/daemon-log.ts";
import { readLogLine } from "../log/log-lines.ts";
import type { LogNews } from "../log/log-tail.ts";
import { MOST_CHARACTERS, MOST_LINES, Tail } from "../log/tail.ts";

/** The stored log lines. The line numbers increase and may have gaps. */
export interface LogBook {
  epoch(): string;
  /** Returns the number of the newest line, or 0 if there are no lines. */
  last(): number;
  /** Returns the lines after the given number, with the oldest line first. */
  after(seq: number, limit?: number): LogLine[];
}

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
      if (seq > this.#lines.last) this.#lines.add(readLogLine(seq, line, new Date(), this.#redact), line.length, seq);
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
