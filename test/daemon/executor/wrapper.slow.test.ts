/** The wrapper run.sh and its process group, with real processes. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { kill, processesWith } from "../../../daemon/executor/marked-processes.ts";
import { isAlive, type ProcessGroup, readGroup } from "../../../daemon/executor/process-group.ts";
import { terminate as end } from "../../../daemon/executor/termination.ts";
import { until } from "../../support/until.ts";

const wrapper = join(import.meta.dirname, "../../../daemon/executor/run.sh");

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-wrapper-"));
});
afterEach(() => {
  for (const pid of processesWith(`MUSTER_EVENTS=${folder}`)) kill(pid);
  rmSync(folder, { recursive: true });
});

const file = (name: string) => join(folder, name);
const text = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), "utf8").trim() : undefined);

function run(command: string, limit = 1024 * 1024): ChildProcess {
  const child = spawn("/bin/sh", [wrapper, file("run"), file("output"), "", String(limit), "10", "/bin/sh", "-c", command], {
    detached: true,
    stdio: "ignore",
    env: { PATH: "/usr/bin:/bin", MUSTER_EVENTS: folder },
  });
  return child;
}

const terminate = (group: ProcessGroup, graceMs: number) =>
  end(
    group,
    { target: "group", first: "SIGTERM", graceMs: () => graceMs },
    { commandFile: file("run.command"), hasEnded: () => !isAlive(group) },
  );

async function group(): Promise<ProcessGroup> {
  await until("the wrapper says who it is", () => readGroup(file("run.pid")) !== undefined);
  const found = readGroup(file("run.pid"));
  assert(found);
  return found;
}

test("it writes down who it is, what the command said and how that ended", async () => {
  const child = run("echo said; echo complained >&2; exit 7");
  const exited = once(child, "exit"); // before the first wait, because it may end during that
  const { pid } = await group();
  await exited;
  assert.equal(pid, child.pid);
  assert.equal(text("run.result"), "7");
  assert.equal(text("output"), "said\ncomplained");
});

test("the command comes after the daemon's own work, by itself and as a session", async () => {
  const child = run("nice; cat /proc/self/autogroup || true");
  await once(child, "exit");
  const [own, session] = (text("output") ?? "").split("\n");
  assert.equal(Number(own), Math.min(getPriority() + 10, 19));
  // Only where the kernel shares the processor between sessions.
  if (existsSync("/proc/self/autogroup")) assert.match(session ?? "", /nice 10$/);
});

test("a run that was given up before it began does not begin", async () => {
  writeFileSync(file("run.stopped"), "cancelled");
  const child = run(`touch ${file("touched")}`);
  await once(child, "exit");
  assert.ok(!existsSync(file("touched")));
  assert.equal(text("run.result"), "never begun");
});

test("SIGTERM to the group ends the command, and its code is written all the same", async () => {
  run(`touch ${file("begun")}; exec sleep 60`);
  await until("the command", () => existsSync(file("begun")));
  assert.ok(await terminate(await group(), 5000));
  assert.equal(text("run.result"), "143");
});

test("a command that ignores SIGTERM is killed after the grace", async () => {
  run(`trap '' TERM; touch ${file("begun")}; while :; do sleep 1; done`);
  await until("the command", () => existsSync(file("begun")));
  const its = await group();
  assert.ok(await terminate(its, 200));
  assert.ok(!isAlive(its));
  assert.equal(text("run.result"), undefined);
});

test("the group lives as long as anything in it, though its leader was killed", async () => {
  run(`touch ${file("begun")}; sleep 60`);
  await until("the command", () => existsSync(file("begun")));
  const its = await group();
  process.kill(its.pid, "SIGKILL");
  await sleep(100);
  assert.ok(isAlive(its));
  assert.ok(await terminate(its, 1000));
});

test("a stranger with the same number, or of an earlier boot, is not taken for the run", async () => {
  run("exec sleep 60");
  const its = await group();
  assert.ok(isAlive(its));
  assert.ok(!isAlive({ ...its, startTime: "1" }));
  assert.ok(!isAlive({ ...its, bootId: "00000000-0000-0000-0000-000000000000" }));
});

test("what left the group is found by its environment", async () => {
  run(`setsid sh -c 'touch ${file("begun")}; sleep 60' & wait`);
  await until("the command", () => existsSync(file("begun")));
  const its = await group();
  await terminate(its, 200);
  assert.ok(!isAlive(its));
  const left = processesWith(`MUSTER_EVENTS=${folder}`);
  assert.ok(left.length > 0);
  for (const pid of left) kill(pid);
  await until("it is gone", () => processesWith(`MUSTER_EVENTS=${folder}`).length === 0);
});

test("of a long output the beginning and the end are kept, within the limit", async () => {
  const child = run("seq 1 2000000", 1024 * 1024);
  await once(child, "exit");
  assert.equal(text("run.result"), "0");
  const pieces = readdirSync(folder).filter((name) => name.startsWith("output"));
  const bytes = pieces.reduce((sum, name) => sum + statSync(file(name)).size, 0);
  assert.equal(pieces.length, 3);
  assert.ok(bytes <= 1024 * 1024, String(bytes));
  assert.ok(text("output")?.startsWith("1\n2\n3\n"));
  const offsets = pieces.flatMap((name) => (name.includes(".") ? [Number(name.split(".")[1])] : [])).toSorted((a, b) => a - b);
  const newest = `output.${offsets.at(-1)}`;
  assert.ok(text(newest)?.endsWith("1999999\n2000000"));
  // The size of all numbers with their newlines.
  assert.equal((offsets.at(-1) ?? 0) + statSync(file(newest)).size, 14_888_896);
});

test("a further attempt's output follows the first one's", async () => {
  await once(run("echo first"), "exit");
  rmSync(file("run.result"));
  await once(run("echo second"), "exit");
  assert.equal(text("output"), "first\nsecond");
});

test("what left the run and holds its output open does not keep it from ending", async () => {
  const child = run("setsid sh -c 'while :; do echo still here; sleep 0.1; done' & echo done");
  await once(child, "exit");
  assert.equal(text("run.result"), "0");
});

test("a damaged file names no group: a signal to 0 or 1 would go to oneself or to everybody", () => {
  for (const damaged of ["", "0 17 boot", "1 17 boot", "-1 17 boot", "x 17 boot", "4711 17"]) {
    writeFileSync(file("run.pid"), damaged);
    assert.equal(readGroup(file("run.pid")), undefined, damaged);
  }
});
