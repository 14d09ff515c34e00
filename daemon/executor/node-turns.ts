/** Allows one step at a time on each machine. A step that changes a machine must wait until no Ansible run uses the machine. */
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 100;

export class NodeTurns {
  readonly #hasRun: (node: string) => boolean;
  /** Contains each node that is in use. The value is true if the running step changes the node. */
  readonly #taken = new Map<string, boolean>();

  constructor(hasRun: (node: string) => boolean) {
    this.#hasRun = hasRun;
  }

  /**
   * Waits until the node is free, and returns a function that releases the node. Returns undefined if `signal` is aborted
   * before the node is free.
   */
  async take(node: string, changes: boolean, signal: AbortSignal): Promise<(() => void) | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      // Allows a read-only step during an Ansible run, so that an operator can examine a run that hangs.
      if (!this.#taken.has(node) && !(changes && this.#hasRun(node))) {
        this.#taken.set(node, changes);
        return () => this.#taken.delete(node);
      }
      await sleep(POLL_MS);
    }
  }

  isBeingChanged(node: string): boolean {
    return this.#taken.get(node) === true;
  }
}
