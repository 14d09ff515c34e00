/** Repeats work at an interval and survives its failures: the first of a row is logged, and the next turn tries again. */

/** Calls back at an interval. Returns the function that ends it. */
export type Interval = (everyMs: number, due: () => void) => () => void;

/** Keeps no process alive by itself. */
const systemInterval: Interval = (everyMs, due) => {
  const timer = setInterval(due, everyMs).unref();
  return () => clearInterval(timer);
};

export interface PeriodicWork {
  everyMs: number;
  /** While the promise of a turn is pending, further turns are left out. */
  run(): void | Promise<void>;
  log: { error(details: { err: unknown }, message: string): void };
  /** The message logged with the first failure of a row. */
  failure: string;
  interval?: Interval | undefined;
}

export class PeriodicTask {
  readonly #work: PeriodicWork;
  #end: (() => void) | undefined;
  #turn: Promise<void> | undefined;
  #failing = false;

  constructor(work: PeriodicWork) {
    this.#work = work;
  }

  start(): this {
    const { everyMs, interval = systemInterval } = this.#work;
    this.#end = interval(everyMs, () => this.#begin());
    return this;
  }

  /** Resolves when the turn under way has ended. */
  async stop(): Promise<void> {
    this.#end?.();
    await this.#turn;
  }

  #begin(): void {
    if (this.#turn) return;
    try {
      const turn = this.#work.run();
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
