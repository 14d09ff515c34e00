/** Sends SIGKILL to each process at each stage of a job, and SIGSTOP to each (npm run e2e:crash). */
import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  bringTo,
  find,
  type Moment,
  moments,
  prepareNodes,
  send,
  settle,
  strike,
  type Victim,
  victims,
} from "../../support/crash/crash-cells.ts";
import { type CrashLab, noCrashLab as skip, startCrashLab } from "../../support/crash/crash-lab.ts";

let lab: CrashLab;

before(async () => {
  if (skip) return;
  lab = await startCrashLab({ ansible: { concurrency: 1, gather_seconds: 0, unreachable_retries: 0 } });
  await prepareNodes(lab);
});
after(() => lab?.close());

for (const victim of victims) {
  for (const moment of moments) {
    test(`SIGKILL of ${victim}, ${moment}`, { skip }, async (t) => {
      const holders = () => (isHeld(victim, moment) ? find(lab, victim) : []);
      const scene = await bringTo(lab, moment, async () => {
        for (const { pid } of holders()) send(pid, "SIGSTOP");
      });
      if (moment === "writing result") await sleep(holders().length > 0 ? 1500 : 0);
      const struck = await strike(lab, victim, moment);
      assert.ok(struck > 0 || isGone(victim, moment), "a process was killed");
      await settled(t, lab, scene, moment, victim);
    });
  }
}

for (const victim of victims) {
  test(`SIGSTOP of ${victim} in the middle of a run, and SIGCONT after ten seconds`, { skip }, async (t) => {
    const scene = await bringTo(lab, "running");
    const stopped = find(lab, victim);
    assert.ok(stopped.length > 0);
    for (const { pid } of stopped) send(pid, "SIGSTOP");
    await sleep(10_000);
    if (victim === "executor") assert.equal((await lab.jobWith(scene.id)).status, "unknown", "no executor confirms it");
    for (const { pid } of stopped) send(pid, "SIGCONT");
    await settled(t, lab, scene, "running", victim);
  });
}

/** Stops the victim first, so that it cannot handle the result before it dies. For `cancelling`, so that Ansible cannot handle SIGTERM. */
const isHeld = (victim: Victim, moment: Moment) =>
  moment === "cancelling" ? victim === "ansible-playbook" : victim === "executor" || victim === "control";

/** True if the victim may have ended: Ansible ends before its result is written. */
const isGone = (victim: Victim, moment: Moment) => moment === "writing result" && (victim === "ansible-playbook" || victim === "ssh");

async function settled(t: TestContext, ...[of, scene, moment, victim]: Parameters<typeof settle>): Promise<void> {
  const known = await settle(of, scene, moment, victim);
  t.diagnostic(`every job known after ${known} ms`);
  assert.ok(known <= 10_000, "within ten seconds");
}
