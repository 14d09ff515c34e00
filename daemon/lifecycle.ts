/**
 * Stops the parts of a process in the reverse order of their start. If one part does not stop, the remaining parts
 * are stopped nevertheless.
 */
export class Lifecycle {
  readonly #started: { name: string; stop: () => unknown }[] = [];

  async start<T>(name: string, start: () => T | Promise<T>, stop: (part: T) => unknown): Promise<T> {
    const part = await start();
    this.#started.push({ name, stop: () => stop(part) });
    return part;
  }

  async stop(): Promise<void> {
    const failures: Error[] = [];
    for (let part = this.#started.pop(); part; part = this.#started.pop()) {
      const { name, stop } = part;
      await Promise.resolve()
        .then(stop)
        .catch((cause: unknown) => failures.push(new Error(`${name} did not stop cleanly`, { cause })));
    }
    if (failures.length > 0) throw new AggregateError(failures, "shutdown was not clean");
  }
}
