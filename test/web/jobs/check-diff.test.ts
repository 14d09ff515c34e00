/** The differences of a preview in Ansible's output, and the nodes of one run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import { diffsIn, shareOf, sizeOf } from "../../../web/src/jobs/check-diff.ts";
import { waveCountsOf, waveOf } from "../../../web/src/jobs/wave.ts";
import { JobLog } from "../../../web/src/live/output/job-log.ts";

function logOf(text: string): JobLog {
  const log = new JobLog();
  log.take({ offset: 0, next: text.length, text, end: true });
  return log;
}

/** Output of ansible-playbook 2.14 with --check --diff and colours. */
const preview = [
  "PLAY [all] *********",
  "",
  "TASK [common : Clock] **********",
  "\x1b[0;31m--- before: /etc/chrony.conf\x1b[0m",
  "\x1b[0;32m+++ after: /tmp/x/chrony.conf.j2\x1b[0m",
  "\x1b[0;36m@@ -1,2 +1,3 @@\x1b[0m",
  " driftfile /var/lib/chrony",
  "\x1b[0;31m-pool old.example\x1b[0m",
  "\x1b[0;32m+pool <b>new</b>.example\x1b[0m",
  "\x1b[0;32m+makestep 1 3\x1b[0m",
  "",
  "\x1b[0;33mchanged: [n1]\x1b[0m",
  "",
  "TASK [common : Look] **********",
  "--- a line that a debug task says, without a result that follows",
  "TASK [common : Users] **********",
  "ok: [n1]",
  "PLAY RECAP ****",
].join("\n");

test("the lines of each task are found with host, kind and position", () => {
  const diffs = diffsIn(logOf(preview));
  assert.deepEqual(
    diffs.map(({ task, host, line }) => ({ task, host, line })),
    [{ task: "common : Clock", host: "n1", line: 2 }],
  );
  assert.deepEqual(
    diffs[0]?.lines.map(({ kind, text }) => `${kind}: ${text}`),
    [
      "file: --- before: /etc/chrony.conf",
      "file: +++ after: /tmp/x/chrony.conf.j2",
      "place: @@ -1,2 +1,3 @@",
      "same:  driftfile /var/lib/chrony",
      "goes: -pool old.example",
      "comes: +pool <b>new</b>.example",
      "comes: +makestep 1 3",
    ],
  );
  assert.deepEqual(sizeOf(diffs[0] ?? { lines: [] }), { comes: 2, goes: 1 });
});

test("output without differences has no changes, and the share of no tasks is zero", () => {
  assert.deepEqual(diffsIn(logOf("PLAY [all] ***\nTASK [x] ***\nok: [n1]\n")), []);
  assert.deepEqual([shareOf({ tasks: 9, previewed: 7 }), shareOf({ tasks: 0, previewed: 0 })], [78, 0]);
});

const job = (id: string, nodeName: string, rest: Partial<Job>): Job => ({
  id,
  kind: "ansible",
  playbook: "site.yml",
  nodeId: id,
  nodeName,
  status: "succeeded",
  attempt: 1,
  requestedBy: "test",
  createdAt: "2026-01-02T03:04:05.000Z",
  ...rest,
});

test("the nodes of a run are listed together, failures first, and a run of one node has no table", () => {
  const jobs = [
    job("a", "n10", { run: "r" }),
    job("b", "n2", { run: "r" }),
    job("c", "n3", { run: "r", status: "failed" }),
    job("d", "n4", {}),
  ];
  assert.deepEqual(
    waveOf({ run: "r" }, jobs).map(({ nodeName }) => nodeName),
    ["n3", "n2", "n10"],
  );
  assert.deepEqual(waveOf({ run: "r" }, jobs.slice(0, 1)), []);
  assert.deepEqual(waveOf({}, jobs), []);
});

test("Ansible's counts in words", () => {
  const recap = { ok: 5, changed: 2, unreachable: 0, failures: 1, skipped: 3, rescued: 0, ignored: 0 };
  assert.equal(waveCountsOf({ result: { summary: "", recap } }), "5 ok, 2 changed, 1 failed");
  assert.equal(waveCountsOf({}), "");
});
