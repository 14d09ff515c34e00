/** Allows one step at a time on a machine, and no step that changes it while an Ansible run is at work there. */
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 100;

export class NodeTurns {
  readonly #hasRun: (node: string) => boolean;
  /** By node. True when the step at work changes it. */
  readonly #taken = new Map<string, boolean>();

  constructor(hasRun: (node: string) => boolean) {
    this.#hasRun = hasRun;
  }

  /** Resolves with a function that ends the turn, or with undefined when `signal` is aborted before the turn. */
  async take(node: string, changes: boolean, signal: AbortSignal): Promise<(() => void) | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      // A read-only step may work next to a run, because an operator must be able to examine a run that hangs.
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
