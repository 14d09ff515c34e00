/** Kills the daemon with SIGKILL, alone and with all processes it started. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { childNames } from "../../../daemon/processes/supervisor/children.ts";
import { type CrashLab, noCrashLab as skip, startCrashLab } from "../../support/crash/crash-lab.ts";
import { check, prepare, untilWhole } from "../../support/crash/crash-situations.ts";

let lab: CrashLab;

before(async () => {
  if (!skip) lab = await startCrashLab();
});
after(() => lab?.close());

test("kill -9 of musterd: its children go, the run goes on and is found again", { skip }, async (t) => {
  const situations = await prepare(lab, "musterd");
  await lab.daemon.stop("SIGKILL");
  await lab.until("its children are gone", () => childNames.every((name) => lab.child(name) === undefined));
  assert.ok(lab.runProcesses().length > 0, "the run is still at work");
  const startedAt = Date.now();
  await lab.start();
  await untilWhole(lab);
  t.diagnostic(`whole again ${Date.now() - startedAt} ms after the start`);
  await check(lab, situations, { attempt: 1, journal: "begin end" });
});

test("kill -9 of musterd and a new start at once: no work is done twice", { skip }, async () => {
  const situations = await prepare(lab, "hurry");
  await lab.daemon.stop("SIGKILL");
  await lab.start();
  await untilWhole(lab);
  await check(lab, situations, { attempt: 1, journal: "begin end" });
});

test("kill -9 of everything, as in a power cut: the run is begun again once, visibly", { skip }, async () => {
  const situations = await prepare(lab, "power-cut");
  await lab.killAll();
  await lab.daemon.stop();
  await lab.start();
  await untilWhole(lab);
  await lab.until("the interruption is known", async () => (await lab.job(situations.running.name))?.attempt === 2);
  await check(lab, situations, { attempt: 2, journal: "begin begin end" });
  const events = await lab.events(situations.running.name);
  assert.equal(events.filter(({ type }) => type === "job.interrupted").length, 1);
});
