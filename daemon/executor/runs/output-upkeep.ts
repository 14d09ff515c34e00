/** Removes what old jobs printed: a control node is kept for years. What came of them stays in the database. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { explain } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";

const DAY_MS = 86_400_000;

/** How many jobs' folders were removed. What hinders one hinders no other; a run that nobody has said to forget stays. */
export async function removeOldOutput(jobsDir: string, days: number, nowMs: number, log: Log): Promise<number> {
  let removed = 0;
  for (const entry of await readdir(jobsDir, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const folder = join(jobsDir, entry.name);
    try {
      if ((await newest(folder)) >= nowMs - days * DAY_MS) continue;
      await rm(folder, { recursive: true });
      removed++;
    } catch (error) {
      log.warn({ jobId: entry.name, reason: explain(error) }, "the output of an old job could not be removed");
    }
  }
  return removed;
}

/** When something was last written there, in ms of Unix time; never for a run whose record is still there. */
async function newest(folder: string): Promise<number> {
  const names = await readdir(folder);
  if (names.some((name) => name.endsWith(".run.json"))) return Number.POSITIVE_INFINITY;
  const times = await Promise.all([folder, ...names.map((name) => join(folder, name))].map(async (path) => (await stat(path)).mtimeMs));
  return Math.max(...times);
}

/** At once and then each day, until `stopped`. */
export async function keepOutputShort(jobsDir: string, days: number, log: Log, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    try {
      const removed = await removeOldOutput(jobsDir, days, Date.now(), log);
      if (removed > 0) log.info({ removed, days }, "removed the output of old jobs");
    } catch (error) {
      log.warn({ reason: explain(error) }, "the output of old jobs could not be looked through");
    }
    await sleep(DAY_MS, undefined, { signal: stopped, ref: false }).catch(() => undefined);
  }
}
