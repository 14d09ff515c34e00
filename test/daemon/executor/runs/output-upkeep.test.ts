/** The files of old jobs that are removed, and those that stay, with real files and times. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { keepOutputShort, removeOldOutput } from "../../../../daemon/executor/runs/output-upkeep.ts";
import { createLog } from "../../../../daemon/log/log.ts";

const DAY_S = 86_400;
const log = createLog("test", "silent");

function jobsFolder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "muster-upkeep-"));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

/** Each file with its age in days. The folder is as old as the oldest file. */
function job(jobs: string, id: string, files: Record<string, number>): void {
  const folder = join(jobs, id);
  mkdirSync(folder);
  const at = (path: string, days: number) => utimesSync(path, Date.now() / 1000 - days * DAY_S, Date.now() / 1000 - days * DAY_S);
  for (const [name, days] of Object.entries(files)) {
    writeFileSync(join(folder, name), name);
    at(join(folder, name), days);
  }
  at(folder, Math.max(...Object.values(files)));
}

/** Two readings of the clock, a day apart. Returns how many folders the second one removed. */
async function removedNow(jobs: string, days: number): Promise<number> {
  assert.equal(await removeOldOutput(jobs, days, Date.now() - DAY_S * 1000, log), 0);
  return removeOldOutput(jobs, days, Date.now(), log);
}
const foldersIn = (jobs: string): string[] =>
  readdirSync(jobs)
    .filter((name) => !name.startsWith("."))
    .toSorted();

test("a job goes when its newest line is older than asked, with all its pieces; a run not yet forgotten stays at any age", async (t) => {
  const jobs = jobsFolder(t);
  job(jobs, "old", { "output.log": 40, "output.log.4096": 33, "1.events.ndjson": 40 });
  job(jobs, "young", { "output.log": 40, "output.log.4096": 29 });
  job(jobs, "recorded", { "output.log": 400, "1.run.json": 400 });
  assert.equal(await removedNow(jobs, 30), 1);
  assert.deepEqual(foldersIn(jobs), ["recorded", "young"]);
  assert.equal(await removedNow(jobs, 30), 0);
});

test("what is no job's folder is left alone, what a link leads to as well", async (t) => {
  const jobs = jobsFolder(t);
  const elsewhere = jobsFolder(t);
  job(elsewhere, "precious", { "output.log": 400 });
  symlinkSync(join(elsewhere, "precious"), join(jobs, "link"));
  writeFileSync(join(jobs, "stray"), "");
  utimesSync(join(jobs, "stray"), 0, 0);
  assert.equal(await removedNow(jobs, 30), 0);
  assert.deepEqual(foldersIn(jobs), ["link", "stray"]);
  assert.deepEqual(readdirSync(join(elsewhere, "precious")), ["output.log"]);
});

test("a folder that cannot be read to its end keeps no other from being removed", async (t) => {
  const jobs = jobsFolder(t);
  job(jobs, "a-broken", { "output.log": 40 });
  symlinkSync(join(jobs, "nowhere"), join(jobs, "a-broken", "dangling"));
  job(jobs, "old", { "output.log": 40 });
  assert.equal(await removedNow(jobs, 30), 1);
  assert.deepEqual(foldersIn(jobs), ["a-broken"]);
});

test("without a folder of jobs nothing is done, and the stop ends the wait for the next day", { timeout: 120_000 }, async (t) => {
  const jobs = jobsFolder(t);
  await assert.rejects(removeOldOutput(join(jobs, "missing"), 30, Date.now(), log), { code: "ENOENT" });
  const stop = new AbortController();
  const kept = keepOutputShort(join(jobs, "missing"), 30, log, stop.signal);
  setTimeout(() => stop.abort(), 50);
  await kept;
});

const YEAR_MS = 365 * 86_400_000;
test("a clock that was wrong once removes nothing: not at a start, not at several, and not when it is right again", async (t) => {
  const jobs = jobsFolder(t);
  job(jobs, "young", { "output.log": 1 });
  for (const wrong of [YEAR_MS, YEAR_MS + 60_000, YEAR_MS + 3_600_000])
    assert.equal(await removeOldOutput(jobs, 30, Date.now() + wrong, log), 0);
  assert.equal(await removeOldOutput(jobs, 30, Date.now(), log), 0);
  assert.equal(await removeOldOutput(jobs, 30, Date.now() + 2 * YEAR_MS, log), 0, "the right reading in between counts");
  assert.deepEqual(foldersIn(jobs), ["young"]);
});

test("what is old by the right clock goes, also after a reading of a wrong one, and with a damaged list of readings", async (t) => {
  const jobs = jobsFolder(t);
  job(jobs, "old", { "output.log": 40 });
  assert.equal(await removeOldOutput(jobs, 30, Date.now() + YEAR_MS, log), 0);
  assert.equal(await removedNow(jobs, 30), 1);
  job(jobs, "old", { "output.log": 40 });
  writeFileSync(join(jobs, ".old-output.json"), "{");
  assert.equal(await removedNow(jobs, 30), 1);
});
