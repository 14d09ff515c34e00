/** SIGKILL to each process at each moment of a job, SIGSTOP to each, and a disk that is full at each (npm run e2e:crash). */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bringTo, find, moments, prepareNodes, send, settle, strike, victims } from "../../support/crash-cells.ts";
import { type CrashLab, noCrashLab as skip, startCrashLab } from "../../support/crash-lab.ts";

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
      // Whoever would take the result in must not have done so before it dies.
      const holders = () => (victim === "executor" || victim === "control" ? find(lab, victim) : []);
      const scene = await bringTo(lab, moment, async () => {
        for (const { pid } of holders()) send(pid, "SIGSTOP");
      });
      if (moment === "writing result") await sleep(holders().length > 0 ? 1500 : 0);
      await strike(lab, victim, moment);
      t.diagnostic(`every job known after ${await settle(lab, scene, moment, victim)} ms`);
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
    if (victim === "executor") assert.equal((await lab.jobWith(scene.id)).status, "unknown", "nobody vouches for it");
    for (const { pid } of stopped) send(pid, "SIGCONT");
    t.diagnostic(`every job known after ${await settle(lab, scene, "running", victim)} ms`);
  });
}
