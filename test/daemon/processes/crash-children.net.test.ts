/** Kills each child of the daemon with SIGKILL during installs and runs. */
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

for (const victim of childNames) {
  test(`kill -9 of ${victim}: it comes back, and every node and job is where it was`, { skip }, async (t) => {
    const situations = await prepare(lab, victim);
    const process = lab.child(victim);
    assert(process);
    await lab.kill(process);
    const killedAt = Date.now();
    await lab.until("another one runs", () => (lab.child(victim)?.pid ?? process.pid) !== process.pid);
    await untilWhole(lab);
    t.diagnostic(`whole again after ${Date.now() - killedAt} ms`);
    // The event of its exit may arrive after its restart.
    await lab.until("the restart is an event", async () =>
      (await lab.events()).some(
        ({ type, summary }) => type === "process.exited" && summary.startsWith(`${victim} ended (killed by SIGKILL)`),
      ),
    );
    await check(lab, situations, { attempt: 1, journal: "begin end" });
  });
}
