/**
 * The lock that programs hold while they write the inventory. If the inventory is a link, the lock is taken next to the link
 * and next to the file, because another program may know either of them.
 */
import { statSync } from "node:fs";
import { lock } from "proper-lockfile";
import { MusterError } from "../../errors/errors.ts";
import { codeOf, unusablePlace } from "./place.ts";

/**
 * The time in milliseconds after which the lock of a crashed process becomes free. Muster locks the file only
 * for milliseconds.
 */
const STALE_MS = 10_000;

interface Taken {
  path: string;
  /** The identity of our lock file. Another program may consider the lock file stale and replace the file. */
  identity: string | undefined;
  release(): Promise<void>;
}

export class InventoryLock {
  readonly #taken: Taken[] = [];
  #lost: Error | undefined;

  /** Takes the lock next to each path, always in this order, so that two processes never wait for each other. */
  static async take(paths: readonly string[]): Promise<InventoryLock> {
    const its = new InventoryLock();
    try {
      for (const path of new Set(paths)) await its.#take(path);
      return its;
    } catch (error) {
      await its.release();
      throw error;
    }
  }

  /** Throws if the lock was lost. Another program may then have changed the file, and its changes must not be overwritten. */
  requireHeld(): void {
    const lost = this.#taken.find(({ path, identity }) => identity === undefined || identityOf(path) !== identity);
    if (lost || this.#lost)
      throw new MusterError("INVENTORY_LOCKED", `the lock ${(lost ?? this.#taken[0])?.path}.lock was lost; nothing was written`, {
        cause: this.#lost,
      });
  }

  async release(): Promise<void> {
    // A lost lock cannot be released.
    for (const { release } of this.#taken.toReversed()) await release().catch(() => undefined);
  }

  async #take(path: string): Promise<void> {
    const onCompromised = (error: Error) => {
      this.#lost = error;
    };
    const retries = { retries: 60, minTimeout: 20, maxTimeout: 500, factor: 1.5, randomize: true };
    try {
      const release = await lock(path, { realpath: false, stale: STALE_MS, onCompromised, retries });
      this.#taken.push({ path, identity: identityOf(path), release });
    } catch (cause) {
      if (codeOf(cause) === "ELOCKED")
        throw new MusterError("INVENTORY_LOCKED", `${path}.lock is still held by another program`, { cause });
      throw unusablePlace(`the lock ${path}.lock cannot be made`, cause);
    }
  }
}

function identityOf(path: string): string | undefined {
  const made = statSync(`${path}.lock`, { throwIfNoEntry: false, bigint: true });
  return made && `${made.ino} ${made.birthtimeNs}`;
}
