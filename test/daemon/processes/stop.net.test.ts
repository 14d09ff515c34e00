/** SIGTERM of the daemon or of the executor during runs, and the conditions under which a start is refused. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { childNames } from "../../../daemon/processes/supervisor/children.ts";
import { MUSTER } from "../../../scripts/lab/daemon.ts";
import { type CrashLab, noCrashLab as skip, startCrashLab } from "../../support/crash/crash-lab.ts";
import { untilWhole } from "../../support/crash/crash-situations.ts";
import type { NamespaceNode } from "../../support/network/namespace-node.ts";

let lab: CrashLab;

before(async () => {
  if (!skip) lab = await startCrashLab({ ansible: { concurrency: 2 } });
});
after(() => lab?.close());

async function atWork(name: string): Promise<NamespaceNode> {
  const node = await lab.armed(name);
  await node.installUpToPartition();
  await node.finishInstall();
  assert.equal(await lab.callHome(node), 202);
  await lab.until("the playbook is at work", () => lab.journal(name) === "begin");
  return node;
}

test("a second daemon on the same data folder is refused, with the reason and what to do", { skip }, () => {
  const config = join(lab.dataDir, "../muster.yaml");
  const second = ["netns", "exec", lab.network, MUSTER, "up", "--config", config, "--data", lab.dataDir];
  const { status, stderr } = spawnSync("ip", second, { encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`process id ${lab.daemon.pid} uses ${lab.dataDir}\n.*Stop the running one first`));
});

const interruptions = async (name: string) => (await lab.events(name)).filter(({ type }) => type === "job.interrupted");

/** Waits until the node is ready, and checks that its only run was neither ended nor repeated. */
async function ranOnce(name: string): Promise<void> {
  await lab.untilPhase(name, "ready");
  assert.partialDeepStrictEqual(await lab.job(name), { status: "succeeded", attempt: 1 });
  assert.equal(lab.journal(name), "begin end");
  assert.deepEqual(await interruptions(name), []);
  assert.deepEqual(lab.doubled, []);
}

test("SIGTERM in the middle of a run: exit 0, the run continues, and the next start finds it", { skip }, async (t) => {
  await atWork("gentle-1");
  const before = lab.runProcesses().map(({ pid }) => pid);
  const toldAt = Date.now();
  assert.equal(await lab.daemon.stop("SIGTERM"), 0);
  t.diagnostic(`stopped in ${Date.now() - toldAt} ms`);
  const wrappers = () => lab.processes().filter(({ args }) => args[1]?.endsWith("run.sh"));
  assert.ok(wrappers().length > 0, "the run is at work");
  assert.ok(wrappers().every(({ pid }) => before.includes(pid)));
  assert.deepEqual(
    childNames.filter((name) => lab.child(name)),
    [],
  );
  await lab.start();
  await untilWhole(lab);
  await ranOnce("gentle-1");
});

test("a run that ends while no daemon is there has succeeded at the next start", { skip }, async () => {
  await atWork("gentle-2");
  assert.equal(await lab.daemon.stop("SIGTERM"), 0);
  await lab.until("the run has ended", () => lab.journal("gentle-2") === "begin end" && lab.runProcesses().length === 0);
  await lab.start();
  await untilWhole(lab);
  await ranOnce("gentle-2");
});

test("SIGTERM of the executor alone: the next executor takes over the run", { skip }, async () => {
  await atWork("gentle-3");
  const executor = lab.child("executor");
  assert(executor);
  process.kill(executor.pid, "SIGTERM");
  await lab.until("another one runs", () => (lab.child("executor")?.pid ?? executor.pid) !== executor.pid);
  await ranOnce("gentle-3");
});

test("two restarts in a row, and then a cancel: the run is the first one, and the cancel ends it", { skip }, async () => {
  // The task of stubborn-1 runs on this machine and ignores SIGTERM.
  await atWork("stubborn-1");
  await lab.until("the task that ignores SIGTERM", () => lab.stubbornIsAtWork());
  for (let round = 0; round < 2; round++) {
    assert.equal(await lab.daemon.stop("SIGTERM"), 0);
    assert.ok(lab.stubbornIsAtWork());
    await lab.start();
    await untilWhole(lab);
  }
  const job = await lab.job("stubborn-1");
  assert.partialDeepStrictEqual(job, { status: "running", attempt: 1 });
  assert.equal(lab.journal("stubborn-1"), "begin");
  await lab.cancel(job?.id ?? "");
  await lab.until("the job is cancelled", async () => (await lab.job("stubborn-1"))?.status === "cancelled");
  assert.equal(lab.stubbornIsAtWork(), false);
  assert.deepEqual(await interruptions("stubborn-1"), []);
});

test("the pid file of a daemon that is no more is no obstacle, even when its number is taken", { skip }, async () => {
  assert.equal(await lab.daemon.stop("SIGTERM"), 0);
  writeFileSync(join(lab.dataDir, "musterd.pid"), `${process.pid}\n`);
  await lab.start();
  await untilWhole(lab);
});
