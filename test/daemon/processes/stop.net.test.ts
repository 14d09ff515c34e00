/** SIGTERM during runs, and the conditions under which a start is refused. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
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

test("SIGTERM in the middle of runs: exit 0, nothing left; the next start begins them again, once", { skip }, async (t) => {
  // The task of stubborn-1 runs on this machine and ignores SIGTERM.
  await atWork("stubborn-1");
  await lab.until("the task that ignores SIGTERM", () => lab.processes().length > 4);
  await atWork("gentle-1");
  const toldAt = Date.now();
  assert.equal(await lab.daemon.stop("SIGTERM"), 0);
  t.diagnostic(`stopped in ${Date.now() - toldAt} ms`);
  assert.deepEqual(lab.processes(), []);

  await lab.start();
  await untilWhole(lab);
  await lab.untilPhase("gentle-1", "ready");
  assert.partialDeepStrictEqual(await lab.job("gentle-1"), { status: "succeeded", attempt: 2 });
  assert.equal(lab.journal("gentle-1"), "begin begin end");
  const interruptions = (await lab.events("gentle-1")).filter(({ type }) => type === "job.interrupted");
  assert.deepEqual(
    interruptions.map(({ summary }) => summary),
    ["interrupted: ended because Muster was stopped; queued again"],
  );
  assert.partialDeepStrictEqual(await lab.job("stubborn-1"), { status: "running", attempt: 2 });
});

test("interrupted a second time, it has failed and says so", { skip }, async () => {
  await lab.until("it is at work again", () => lab.journal("stubborn-1") === "begin begin");
  assert.equal(await lab.daemon.stop("SIGTERM"), 0);
  assert.deepEqual(lab.processes(), []);
  await lab.start();
  await lab.untilPhase("stubborn-1", "configure-failed");
  const job = await lab.job("stubborn-1");
  assert.partialDeepStrictEqual(job, { status: "failed", attempt: 2 });
  assert.match(job?.result?.summary ?? "", /^interrupted 2 times/);
  assert.equal(lab.journal("stubborn-1"), "begin begin");
  assert.deepEqual(lab.doubled, []);
});

test("the pid file of a daemon that is no more is no obstacle, even when its number is taken", { skip }, async () => {
  assert.equal(await lab.daemon.stop("SIGTERM"), 0);
  writeFileSync(join(lab.dataDir, "musterd.pid"), `${process.pid}\n`);
  await lab.start();
  await untilWhole(lab);
});
