/** Remembers the running processes, and records their starts and ends as events. */
import type { EventStore } from "../store/events.ts";

/** Messages that the supervisor sends to control over the IPC channel. Control records restarts of processes as events. */
export type SupervisorNews =
  /** `restartInMs` is undefined if systemd restarts the process. */
  { type: "child-exited"; name: string; reason: string; restartInMs?: number } | { type: "child-started"; name: string; pid: number };

export class ProcessNews {
  readonly #events: EventStore;
  readonly #alive = new Map<string, boolean>();

  constructor(events: EventStore) {
    this.#events = events;
  }

  take(news: SupervisorNews): void {
    this.#alive.set(news.name, news.type === "child-started");
    if (news.type === "child-started") this.#started(news);
    else
      this.#events.append({
        source: "supervisor",
        type: "process.exited",
        summary: `${news.name} ended (${news.reason}); ${restartOf(news.restartInMs)}`,
        detail: { process: news.name },
      });
  }

  alive(name: string): boolean {
    return this.#alive.get(name) ?? false;
  }

  /**
   * Records the start of each process only once. When the process `control` starts, it receives the message
   * `child-started` for every running process.
   */
  #started({ name, pid }: Extract<SupervisorNews, { type: "child-started" }>): void {
    const last = this.#events.latest("process.started", { process: name });
    if (last?.detail?.pid === pid) return;
    this.#events.append({
      source: "supervisor",
      type: "process.started",
      summary: `${name} started (process ${pid})`,
      detail: { process: name, pid },
    });
  }
}

const restartOf = (inMs: number | undefined): string => (inMs === undefined ? "systemd starts it again" : `started again in ${inMs} ms`);
