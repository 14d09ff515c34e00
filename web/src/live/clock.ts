/** Provides the daemon's time, updated every second, so that "3 s ago" is right even if the browser's clock is wrong. */
const TICK_MS = 1000;

export class Clock {
  #aheadMs = 0;
  #nowMs = Date.now();
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Sets the current time of the daemon's clock. */
  set(at: string): void {
    this.#aheadMs = Date.parse(at) - Date.now();
    this.#tick();
  }

  readonly nowMs = (): number => this.#nowMs;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  };

  #tick(): void {
    this.#nowMs = Date.now() + this.#aheadMs;
    for (const listener of this.#listeners) listener();
  }
}
