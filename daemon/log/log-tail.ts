/** What the supervisor keeps of the log of all processes, numbered, and hands to control: also to one that was started anew. */
import { randomUUID } from "node:crypto";
import { MOST_CHARACTERS, MOST_LINES, Tail } from "./tail.ts";

/** From the supervisor to control. */
export interface LogNews {
  type: "log";
  epoch: string;
  lines: { seq: number; line: string }[];
}

/** Answers when more may be sent; false when nobody is there any more. */
export type Send = (message: object) => Promise<boolean>;

const LINES_AT_ONCE = 500;

export class LogTail {
  readonly #epoch = randomUUID();
  readonly #lines = new Tail<string>(MOST_LINES, MOST_CHARACTERS);
  #send: Send | undefined;
  #sent = 0;
  /** To whom a message is on its way. */
  #busy: Send | undefined;

  readonly take = (line: string): void => {
    this.#lines.add(line.trimEnd(), line.length);
    void this.#handOver();
  };

  /** It knows nothing yet. */
  newReader(send: Send): void {
    this.#send = send;
    this.#sent = 0;
    this.#busy = undefined;
    void this.#handOver();
  }

  /** One message at a time: a control that is slow is told less, and what is kept here does not grow. */
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
      if (send !== this.#send) return; // another one is told from the beginning
      if (!heard) break;
    }
    this.#busy = undefined;
  }
}
