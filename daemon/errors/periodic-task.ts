/** Repeats work at a fixed interval, and continues after a failure. Only the first of several failures in a row is logged. */

/** Calls `due` at a fixed interval. Returns a function that stops the calls. */
export type Interval = (everyMs: number, due: () => void) => () => void;

/** The system's timer, which does not keep the process running. */
const systemInterval: Interval = (everyMs, due) => {
  const timer = setInterval(due, everyMs).unref();
  return () => clearInterval(timer);
};

export interface PeriodicWork {
  everyMs: number;
  /** Does the work once. While the promise is pending, the next calls are skipped. `stopped` is aborted when the task stops. */
  run(stopped: AbortSignal): void | Promise<void>;
  log: { error(details: { err: unknown }, message: string): void };
  /** The message that is logged with the first failure in a row. */
  failure: string;
  interval?: Interval | undefined;
}

export class PeriodicTask {
  readonly #work: PeriodicWork;
  #end: (() => void) | undefined;
  #turn: Promise<void> | undefined;
  #failing = false;
  #stopped = new AbortController();

  constructor(work: PeriodicWork) {
    this.#work = work;
  }

  start(): this {
    const { everyMs, interval = systemInterval } = this.#work;
    this.#stopped = new AbortController();
    this.#end = interval(everyMs, () => this.#begin());
    return this;
  }

  /** Stops the task. The promise resolves when the current run of the work has ended. */
  async stop(): Promise<void> {
    this.#end?.();
    this.#stopped.abort();
    await this.#turn;
  }

  #begin(): void {
    if (this.#turn) return;
    try {
      const turn = this.#work.run(this.#stopped.signal);
      if (turn === undefined) this.#failing = false;
      else this.#turn = this.#follow(turn);
    } catch (error) {
      this.#failed(error);
    }
  }

  async #follow(turn: Promise<void>): Promise<void> {
    try {
      await turn;
      this.#failing = false;
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#turn = undefined;
    }
  }

  #failed(error: unknown): void {
    if (!this.#failing) this.#work.log.error({ err: error }, this.#work.failure);
    this.#failing = true;
  }
}
