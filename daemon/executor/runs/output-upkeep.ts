/** Removes the output of old jobs, because a control node runs for years. The results of the jobs stay in the database. */
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod";
import { explain } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";

const DAY_MS = 86_400_000;
/** The two readings of the clock that a removal needs are at least this far apart. */
const APART_MS = 20 * 3_600_000;
/** Names the folders that were old at an earlier reading, each with the time of that reading. */
const MARKS = ".old-output.json";
const Marks = z.record(z.string(), z.int());

/**
 * Removes old folders and returns their number. Keeps the folder of a run while the record of the run exists. A folder must
 * be old at two readings of the clock, because a control node may start with a wrong clock, and a removal is final.
 */
export async function removeOldOutput(jobsDir: string, days: number, nowMs: number, log: Log): Promise<number> {
  let removed = 0;
  const before = await marksIn(jobsDir);
  const marks: z.output<typeof Marks> = {};
  for (const entry of await readdir(jobsDir, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const folder = join(jobsDir, entry.name);
    try {
      if ((await newest(folder)) >= nowMs - days * DAY_MS) continue;
      const seenAt = before[entry.name];
      if (seenAt === undefined || nowMs - seenAt < APART_MS) {
        // A reading in the future came from a wrong clock.
        marks[entry.name] = seenAt === undefined || seenAt > nowMs ? nowMs : seenAt;
        continue;
      }
      await rm(folder, { recursive: true });
      removed++;
    } catch (error) {
      log.warn({ jobId: entry.name, reason: explain(error) }, "the output of an old job could not be removed");
    }
  }
  await writeFileAtomic(join(jobsDir, MARKS), JSON.stringify(marks), { mode: 0o640 });
  return removed;
}

/** A missing or damaged file only delays a removal. */
async function marksIn(jobsDir: string): Promise<z.output<typeof Marks>> {
  try {
    return Marks.parse(JSON.parse(await readFile(join(jobsDir, MARKS), "utf8")));
  } catch {
    return {};
  }
}

/** Returns the Unix time of the last change, in milliseconds. Returns infinity if the record of a run still exists. */
async function newest(folder: string): Promise<number> {
  const names = await readdir(folder);
  if (names.some((name) => name.endsWith(".run.json"))) return Number.POSITIVE_INFINITY;
  const times = await Promise.all([folder, ...names.map((name) => join(folder, name))].map(async (path) => (await stat(path)).mtimeMs));
  return Math.max(...times);
}

/** Looks for old output at once, and then once a day until `stopped` is aborted. */
export async function keepOutputShort(jobsDir: string, days: number, log: Log, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    try {
      const removed = await removeOldOutput(jobsDir, days, Date.now(), log);
      if (removed > 0) log.info({ removed, days }, "removed the output of old jobs");
    } catch (error) {
      log.warn({ reason: explain(error) }, "the output of old jobs could not be checked");
    }
    await sleep(DAY_MS, undefined, { signal: stopped, ref: false }).catch(() => undefined);
  }
}
