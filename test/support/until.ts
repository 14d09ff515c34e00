/** Waits until a condition holds. The limit only ends a test that would hang: a busy machine needs a fraction of it. */
import { setTimeout as sleep } from "node:timers/promises";

export const PATIENCE_MS = 300_000;

/** As `until`, for a condition that gives a value. */
export async function untilFound<T>(what: string, look: () => T | undefined | Promise<T | undefined>, everyMs = 20): Promise<T> {
  let found: T | undefined;
  await until(
    what,
    async () => {
      found = await look();
      return found !== undefined;
    },
    everyMs,
  );
  return found as T;
}

export async function until(what: string, holds: () => boolean | Promise<boolean>, everyMs = 20): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await holds()); await sleep(everyMs))
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
}
