/** The steps at work that end with the executor, because they have no process of their own. They use SSH, HTTP or control. */
import { setTimeout as sleep } from "node:timers/promises";

export class ConnectedSteps {
  readonly #work = new Set<Promise<unknown>>();
  readonly #leaving = new AbortController();

  /** When this `AbortSignal` is aborted, the executor stops these steps. */
  get leaving(): AbortSignal {
    return this.#leaving.signal;
  }

  follow<T>(work: Promise<T>): Promise<T> {
    const followed = work.finally(() => this.#work.delete(followed));
    this.#work.add(followed);
    return followed;
  }

  /** Resolves when no step is at work. The steps get this time to end by themselves, and are then stopped. */
  async end(patienceMs: number): Promise<void> {
    const timer = new AbortController();
    const late = sleep(patienceMs, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#work), late]);
    timer.abort();
    this.#leaving.abort("cancelled");
    await Promise.all(this.#work);
  }
}
