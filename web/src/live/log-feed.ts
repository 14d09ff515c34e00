/** Collects the newest lines of the daemon's log while the log page is open. The lines have no gaps or duplicates. */
import type { LogLine } from "../../../daemon/contract/admin/daemon-log.ts";
import type { ClientFrame, ServerFrame } from "../../../daemon/contract/frame.ts";

export interface LogView {
  /** Sequence numbers of lines are valid only within one epoch. */
  epoch: string;
  lines: readonly LogLine[];
  /** False until the first lines arrive. */
  loaded: boolean;
}

/** The maximum number of stored lines, equal to the limit of the daemon. */
const MOST_LINES = 10_000;

export class LogFeed {
  readonly #send: (frame: ClientFrame) => void;
  #view: LogView = { epoch: "", lines: [], loaded: false };
  #watchers = 0;
  readonly #listeners = new Set<() => void>();

  constructor(send: (frame: ClientFrame) => void) {
    this.#send = send;
  }

  readonly view = (): LogView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly watch = (): (() => void) => {
    this.#watchers += 1;
    if (this.#watchers === 1) this.#ask();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#send({ type: "unwatch_daemon_log" });
    };
  };

  /** Requests the lines that were missed. Call this method after a reconnect. */
  reopened(): void {
    if (this.#watchers > 0) this.#ask();
  }

  take({ epoch, lines }: Extract<ServerFrame, { type: "daemon_log" }>): void {
    const known = epoch === this.#view.epoch ? this.#view.lines : [];
    const last = known.at(-1)?.seq ?? 0;
    const all = [...known, ...lines.filter(({ seq }) => seq > last)];
    this.#view = { epoch, lines: all.slice(-MOST_LINES), loaded: true };
    for (const listener of this.#listeners) listener();
  }

  #ask(): void {
    this.#send({ type: "watch_daemon_log", after: this.#view.lines.at(-1)?.seq ?? 0, epoch: this.#view.epoch });
  }
}
