/** Steps that are commands on the executor's machine, with real processes. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { pathsOf } from "../../../../daemon/executor/lasting-files.ts";
import { kill, processesWith } from "../../../../daemon/executor/marked-processes.ts";
import { followCommand, runCommand, scrubbed, stepPlace } from "../../../../daemon/executor/steps/local-command.ts";
import { createLog } from "../../../../daemon/log/log.ts";
import { until } from "../../../support/until.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-step-"));
});
afterEach(() => {
  for (const pid of left()) kill(pid);
  rmSync(folder, { recursive: true });
});

const place = () => stepPlace(folder, "1");
const pidFile = () => pathsOf(place().base).pid;
const left = () => processesWith(`MUSTER_STEP=${pidFile()}`);
const limits = { capBytes: 1000, graceMs: () => 200, log: createLog("test", "silent") };
const never = new AbortController().signal;
const run = (argv: string[], signal = never, env = scrubbed()) => runCommand(argv, { env }, place(), limits, signal);

test("words are words: no shell reads them", async () => {
  const ended = await run(["printf", "%s|", "$(id)", "a;b", "*", "'"]);
  assert.equal(ended.status, "succeeded");
  assert.equal(ended.said.head.toString(), "$(id)|a;b|*|'|");
});

test("its environment holds what it was given and nothing of the executor's", async () => {
  process.env.MUSTER_TEST_CANARY = "leaked";
  const ended = await run(["env"], never, scrubbed({ GIVEN: "yes" }));
  delete process.env.MUSTER_TEST_CANARY;
  const names = ended.said.head
    .toString()
    .trim()
    .split("\n")
    .map((line) => line.split("=")[0])
    .filter((name) => name !== "PWD" && name !== "_" && name !== "SHLVL" && name !== "OLDPWD");
  assert.deepEqual(names.toSorted(), ["GIVEN", "HOME", "LANG", "MUSTER_STEP", "PATH"]);
});

test("a failure keeps its exit code and what was said", async () => {
  const ended = await run(["sh", "-c", "echo out; echo err >&2; exit 3"]);
  assert.equal(ended.status, "failed");
  assert.equal(ended.exitCode, 3);
  assert.equal(ended.said.head.toString(), "out\nerr\n");
});

test("a program that is not there is named", async () => {
  const ended = await run(["no-such-program"]);
  assert.equal(ended.status, "failed");
  assert.match(ended.error ?? "", /no-such-program is not on the executor's machine/);
});

test("what it says beyond its cap is left out of the middle", async () => {
  const ended = await run(["seq", "1", "5000"]);
  assert.equal(ended.status, "succeeded");
  assert.ok(ended.said.leftOut > 0);
  assert.ok(ended.said.head.length + (ended.said.tail?.length ?? 0) <= limits.capBytes);
  assert.ok(ended.said.head.toString().startsWith("1\n2\n"));
  assert.ok(ended.said.tail?.toString().endsWith("5000\n"));
});

test("one that is cancelled leaves no process, not even one that ignores TERM in a session of its own", async () => {
  const stop = new AbortController();
  const running = run(["sh", "-c", "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 300' & sleep 300"], stop.signal);
  await until("both sleep", () => left().length >= 4);
  stop.abort("cancelled");
  assert.equal((await running).status, "cancelled");
  assert.deepEqual(left(), []);
});

test("one whose time is up is ended and has timed out", async () => {
  const stop = new AbortController();
  const running = run(["sleep", "300"], stop.signal);
  await until("it sleeps", () => existsSync(pidFile()));
  stop.abort("timed-out");
  assert.equal((await running).status, "timed-out");
  assert.deepEqual(left(), []);
});

test("one that was told to stop before it began does not begin", async () => {
  const ended = await run(["touch", join(folder, "done")], AbortSignal.abort("cancelled"));
  assert.equal(ended.status, "cancelled");
  assert.ok(!existsSync(join(folder, "done")));
});

/** As the next executor does. */
const follow = (deadline = Number.POSITIVE_INFINITY) => followCommand(place(), { ...limits, signal: never, deadline });

/** Begins a step like an executor that is killed right afterwards. */
function beginElsewhere(command: string): void {
  const { base, output } = place();
  const wrapper = join(import.meta.dirname, "../../../../daemon/executor/run.sh");
  spawn("/bin/sh", [wrapper, base, output, "", "1000", "10", "sh", "-c", command], {
    detached: true,
    stdio: "ignore",
    env: { ...scrubbed(), MUSTER_STEP: pidFile() },
  }).unref();
}

test("the next executor learns the real end of one that outlived its executor", async () => {
  beginElsewhere("sleep 0.5; echo done; exit 4");
  await until("it began", () => existsSync(pidFile()));
  const ended = await follow();
  assert.equal(ended.status, "failed");
  assert.equal(ended.exitCode, 4);
  assert.equal(ended.said.head.toString(), "done\n");
});

/** Returns an empty text for a process that has ended. */
function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

test("one that was killed with its executor is unknown", async () => {
  beginElsewhere("exec sleep 300");
  // The two halves of the wrapper, the keeper of the output, and the program. None of the four starts a further process.
  await until("all four run", () => left().length === 4 && left().some((pid) => programOf(pid) === "sleep"));
  for (const pid of left()) kill(pid);
  const ended = await follow();
  assert.equal(ended.status, "unknown");
});

test("one that had not begun cannot begin any more", async () => {
  const ended = await follow();
  assert.equal(ended.status, "unknown");
  beginElsewhere(`touch ${join(folder, "done")}`);
  await until("its wrapper came and went", () => existsSync(pidFile()) && left().length === 0);
  assert.ok(!existsSync(join(folder, "done")));
});
