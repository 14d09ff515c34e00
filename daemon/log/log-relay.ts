/**
 * Sends the log of one process to the supervisor in batches. The relay never waits. If lines exceed its limits, the
 * relay drops these lines and counts them.
 */

/** A message from a process to the supervisor. */
export interface LogLines {
  type: "log-lines";
  lines: string[];
}

const EVERY_MS = 100;
const MOST_WAITING = 2000;
const LONGEST_LINE = 32 * 1024;

export interface Channel {
  /** Sends a message to the supervisor. Undefined if the process has no supervisor. */
  send: ((message: LogLines, done: () => void) => void) | undefined;
}

export class LogRelay {
  readonly #process: string;
  readonly #channel: Channel;
  #waiting: string[] = [];
  #lost = 0;
  #sending = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(process: string, channel: Channel) {
    this.#process = process;
    this.#channel = channel;
  }

  readonly take = (line: string): void => {
    if (!this.#channel.send) return;
    if (this.#waiting.length >= MOST_WAITING || line.length > LONGEST_LINE) this.#lost += 1;
    else this.#waiting.push(line);
    // The timer must not keep a finished process running.
    this.#timer ??= setTimeout(() => this.flush(), EVERY_MS).unref();
  };

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { send } = this.#channel;
    if (!send || this.#sending) return;
    const lines = this.#lost > 0 ? [...this.#waiting, this.#lossLine()] : this.#waiting;
    if (lines.length === 0) return;
    this.#waiting = [];
    this.#lost = 0;
    this.#sending = true;
    send({ type: "log-lines", lines }, () => {
      this.#sending = false;
      if (this.#waiting.length > 0 || this.#lost > 0) this.#timer ??= setTimeout(() => this.flush(), EVERY_MS).unref();
    });
  }

  #lossLine(): string {
    const msg = `${this.#lost} ${this.#lost === 1 ? "line was" : "lines were"} too many or too long to show here. Standard output has them.`;
    return JSON.stringify({ level: 40, time: new Date().toISOString(), process: this.#process, part: "log", msg });
  }
}
