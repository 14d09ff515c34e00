/** Delays work until no more messages arrive, because answers to arriving messages are more urgent. */
export class Quiet {
  #received = 0;

  /** Call this function for every received message. */
  received(): void {
    this.#received += 1;
  }

  /** Runs `work` after a pass of the event loop that brought no message, or after `mostMs` milliseconds. */
  run(work: () => void, mostMs: number): void {
    const until = performance.now() + mostMs;
    const pass = (received: number) => {
      if (received === this.#received || performance.now() > until) work();
      else setImmediate(pass, this.#received);
    };
    // The messages of the present pass do not count.
    setImmediate(() => setImmediate(pass, this.#received));
  }
}
