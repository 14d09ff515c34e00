/** The data folder is on a small disk that is full at each stage of a job and has room again later. */
import assert from "node:assert/strict";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bringTo, moments, prepareNodes, settle } from "../../support/crash/crash-cells.ts";
import { type CrashLab, noCrashLab as skip, startCrashLab } from "../../support/crash/crash-lab.ts";

let lab: CrashLab;

before(async () => {
  if (skip) return;
  lab = await startCrashLab({ ansible: { concurrency: 1, gather_seconds: 0, unreachable_retries: 0 } }, { diskMib: 64 });
  await prepareNodes(lab);
});
after(() => lab?.close());

const ballast = () => join(lab.dataDir, "ballast");

/** Fills the disk to the last byte. */
function fill(): void {
  const file = openSync(ballast(), "w");
  try {
    for (;;) writeSync(file, Buffer.alloc(1 << 20));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
  } finally {
    closeSync(file);
  }
}

test("the disk is full during a cancel: the job is cancelled as soon as there is room", { skip }, async (t) => {
  const scene = await bringTo(lab, "running", undefined, "stubborn");
  fill();
  try {
    const status = await lab.tryCancel(scene.id);
    assert.ok(status === 202 || status === 507, `answered with ${status}: neither accepted nor refused with a full disk`);
    await sleep(5000);
  } finally {
    rmSync(ballast());
  }
  if ((await lab.jobWith(scene.id)).status === "running") await lab.cancel(scene.id);
  t.diagnostic(`every job known after ${await settle(lab, scene, "cancelling")} ms`);
});

for (const moment of moments) {
  test(`the disk is full for five seconds, ${moment}`, { skip }, async (t) => {
    const scene = await bringTo(lab, moment);
    fill();
    try {
      await sleep(5000);
    } finally {
      rmSync(ballast());
    }
    t.diagnostic(`every job known after ${await settle(lab, scene, moment)} ms`);
  });
}
