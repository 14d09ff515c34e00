/** Reads the files of a run of another executor, or of an older version. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { endedHosts, recapFrom } from "../../../../daemon/executor/runs/recap.ts";
import { recordedRuns } from "../../../../daemon/executor/runs/run-files.ts";
import { createLog } from "../../../../daemon/log/log.ts";

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), "muster-run-files-"));
  t.after(() => rmSync(made, { recursive: true }));
  return made;
}

test("a run that was at work while Muster was updated from before waves is found again", (t) => {
  const jobs = folder(t);
  mkdirSync(join(jobs, "n1-1"));
  const request = { type: "run", jobId: "n1-1", attempt: 2, playbook: "playbook.yaml", limit: ["n1"], deadlineSeconds: 60 };
  writeFileSync(join(jobs, "n1-1/2.run.json"), JSON.stringify({ request, acceptedAt: "2026-03-01T10:00:00.000Z" }));
  assert.deepEqual(
    recordedRuns(jobs, createLog("test", "silent")).map(({ request: { members } }) => members),
    [[{ jobId: "n1-1", attempt: 2, node: "n1" }]],
  );
});

test("a record that cannot be read and a file nobody knows keep no other run from being found", (t) => {
  const jobs = folder(t);
  for (const id of ["n1-1", "n2-1"]) mkdirSync(join(jobs, id));
  writeFileSync(join(jobs, "stray"), "");
  writeFileSync(join(jobs, "n1-1/1.run.json"), '{"request":{');
  const request = { type: "run", members: [{ jobId: "n2-1", attempt: 1, node: "n2" }], playbook: "playbook.yaml", deadlineSeconds: 60 };
  writeFileSync(join(jobs, "n2-1/1.run.json"), JSON.stringify({ request, acceptedAt: "2026-03-01T10:00:00.000Z" }));
  assert.deepEqual(
    recordedRuns(jobs, createLog("test", "silent")).map(({ request: { members } }) => members[0]?.jobId),
    ["n2-1"],
  );
});

const recap = { ok: 1, changed: 0, unreachable: 0, failures: 0, skipped: 0, rescued: 0, ignored: 0 };

test("the recap and who was cancelled come from Ansible's statistics, though the last line is half a line", (t) => {
  const file = join(folder(t), "events");
  const events = [
    { event: "host-end", host: "n2", cancelled: true, recap },
    { event: "stats", hosts: { n1: recap }, cancelled: ["n2"] },
  ];
  writeFileSync(file, `${events.map((event) => JSON.stringify(event)).join("\n")}\n{"event":"st`);
  assert.deepEqual(recapFrom(file), { recap: { n1: recap }, cancelledNodes: ["n2"] });
  assert.deepEqual([...endedHosts(file)], ["n2"]);
});

test("a run that never got to its end has no recap, and neither has one without a file", (t) => {
  const file = join(folder(t), "events");
  assert.deepEqual(recapFrom(file), {});
  writeFileSync(file, `${JSON.stringify({ event: "ok", host: "n1" })}\n`);
  assert.deepEqual(recapFrom(file), {});
});
