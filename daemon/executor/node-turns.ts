/** One step at a time on a machine; and none that changes it while a run of Ansible is at work there. */
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 100;

export class NodeTurns {
  readonly #hasRun: (node: string) => boolean;
  /** By node: whether what is at work changes it. */
  readonly #taken = new Map<string, boolean>();

  constructor(hasRun: (node: string) => boolean) {
    this.#hasRun = hasRun;
  }

  /** Resolves with what gives the turn back; or with nothing when it was told to stop before its turn came. */
  async take(node: string, changes: boolean, signal: AbortSignal): Promise<(() => void) | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      // One that only looks may do so beside a run: a machine whose run hangs is the very one to look at.
      if (!this.#taken.has(node) && !(changes && this.#hasRun(node))) {
        this.#taken.set(node, changes);
        return () => this.#taken.delete(node);
      }
      await sleep(LOOK_MS);
    }
  }

  isBeingChanged(node: string): boolean {
    return this.#taken.get(node) === true;
  }
}
