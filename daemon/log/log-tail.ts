/**
 * Collects the log of all processes in the supervisor. The supervisor numbers the lines and sends them to control,
 * also after a restart of control.
 */
import { randomUUID } from "node:crypto";
import { MOST_CHARACTERS, MOST_LINES, Tail } from "./tail.ts";

/** A message from the supervisor to control. */
export interface LogNews {
  type: "log";
  epoch: string;
  lines: { seq: number; line: string }[];
}

/** Resolves to true when the supervisor may send more lines, or to false if the receiver has disconnected. */
export type Send = (message: object) => Promise<boolean>;

const LINES_AT_ONCE = 500;

export class LogTail {
  readonly #epoch = randomUUID();
  readonly #lines = new Tail<string>(MOST_LINES, MOST_CHARACTERS);
  #send: Send | undefined;
  #sent = 0;
  /** The receiver to which the supervisor is sending a message now. */
  #busy: Send | undefined;

  readonly take = (line: string): void => {
    this.#lines.add(line.trimEnd(), line.length);
    void this.#handOver();
  };

  /** Sends all stored lines to a new receiver, because a new receiver has no lines yet. */
  newReader(send: Send): void {
    this.#send = send;
    this.#sent = 0;
    this.#busy = undefined;
    void this.#handOver();
  }

  /**
   * Sends one message at a time. If control is slow, the supervisor skips lines, so that the supervisor's buffer does
   * not grow.
   */
  async #handOver(): Promise<void> {
    const send = this.#send;
    if (!send || this.#busy === send) return;
    this.#busy = send;
    for (;;) {
      const items = this.#lines.after(this.#sent, LINES_AT_ONCE);
      const last = items.at(-1);
      if (!last) break;
      const lines = items.map(({ seq, item }) => ({ seq, line: item }));
      this.#sent = last.seq;
      const heard = await send({ type: "log", epoch: this.#epoch, lines } satisfies LogNews);
      if (send !== this.#send) return; // A new receiver has connected and receives all lines.
      if (!heard) break;
    }
    this.#busy = undefined;
  }
}
