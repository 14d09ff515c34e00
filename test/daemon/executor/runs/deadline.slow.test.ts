/** The deadline of a run follows the steady clock. The wall clock of the control node may jump while a run is at work. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { steadyMs } from "../../../../daemon/errors/steady-clock.ts";
import { controlSockets } from "../../../../daemon/executor/runs/ansible.ts";
import { Run } from "../../../../daemon/executor/runs/run.ts";
import { createLog } from "../../../../daemon/log/log.ts";
import { steadyAt } from "../../../support/steady-clock.ts";
import { until } from "../../../support/until.ts";

const HOUR_MS = 3_600_000;
const ansible = "/usr/bin/ansible-playbook";

test("a wall clock that jumps does not end a run, not even for the next executor; the deadline does", {
  skip: existsSync(ansible) ? false : `there is no ${ansible}`,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-deadline-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, "executor");
  for (const each of [home, join(home, "tmp"), controlSockets(home), join(folder, "jobs")]) mkdirSync(each);
  writeFileSync(join(folder, "ansible.cfg"), "");
  writeFileSync(join(folder, "inventory"), "n1 ansible_connection=local\n");
  writeFileSync(join(folder, "wait.yaml"), "- hosts: all\n  gather_facts: false\n  tasks: [{ command: sleep 300 }]\n");
  const settings = {
    jobsDir: join(folder, "jobs"),
    ansible: { directory: folder, inventory: join(folder, "inventory"), knownHosts: "/dev/null", home },
    log: createLog("test", "silent"),
    graceMs: 500,
    outputLimitBytes: 65_536,
  };
  const record = {
    request: { type: "run" as const, members: [{ jobId: "n1-1", attempt: 1, node: "n1" }], playbook: "wait.yaml", deadlineSeconds: 3600 },
    acceptedAt: new Date().toISOString(),
    acceptedSteadyMs: steadyMs(),
  };
  const run = new Run(record, settings);
  await run.save();
  await run.begin();
  t.after(() => run.stop("cancelled"));
  const { acceptedSteadyMs: _, ...ofEarlierVersion } = record;
  const now = Date.now();
  for (const jump of [2 * HOUR_MS, -24 * HOUR_MS, 10 * 365 * 24 * HOUR_MS]) {
    t.mock.timers.enable({ apis: ["Date"], now: now + jump });
    for (const holder of [run, new Run(record, settings), new Run(ofEarlierVersion, settings)]) {
      if (holder !== run) holder.takeUp();
      assert.equal(holder.look(), undefined);
    }
    assert.ok(!existsSync(`${run.files.base}.stopped`), `a jump of ${jump} ms`);
    t.mock.timers.reset();
  }
  const setSteady = steadyAt(t, record.acceptedSteadyMs + HOUR_MS - 1000);
  assert.equal(run.look(), undefined);
  assert.ok(!existsSync(`${run.files.base}.stopped`));
  setSteady(record.acceptedSteadyMs + HOUR_MS + 1000);
  run.look();
  t.mock.reset();
  await until("the run has timed out", () => run.look()?.ended === "timed-out");
});
