/** Runs tasks one at a time, in the order in which they arrive. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined); // a failed task does not block the next task
    return result;
  }
}
