/** What nobody asked for over HTTP is in the audit too: keys of the start, what a schedule runs, how jobs end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AuditLog } from "../../../daemon/audit/log.ts";
import { recordEnd, recordingRuns } from "../../../daemon/compose/job-records.ts";
import { recordingKeys } from "../../../daemon/compose/key-records.ts";
import type { Job } from "../../../daemon/contract/job.ts";
import type { Playbook } from "../../../daemon/contract/playbook.ts";
import { MusterError } from "../../../daemon/errors.ts";
import { addNode, openWorld } from "../../support/world.ts";

function open() {
  const world = openWorld();
  const audit = new AuditLog(world.db);
  const told = () =>
    audit
      .list()
      .toReversed()
      .map(({ action, subject, summary, result }) => [action, subject, summary, result]);
  return { world, audit, told };
}

const job: Job = {
  id: "job-1",
  kind: "ansible",
  playbook: "look.yaml",
  purpose: "look",
  nodeId: "id",
  nodeName: "n1",
  status: "failed",
  attempt: 1,
  requestedBy: "schedule nightly",
  createdAt: "2026-11-21T00:00:00Z",
};

test("keys that came and went while the daemon began are told apart", () => {
  const { world, audit, told } = open();
  const { key: old } = world.keys.create("old", "operator", new Date());
  const made = recordingKeys(world.keys, audit, () => {
    world.keys.revoke(old.id, new Date());
    return world.keys.create("first", "admin", new Date()).key;
  });
  assert.deepEqual(told(), [
    ["key-created", `key ${made.id}`, "a key of the role admin, made or adopted at the start", undefined],
    ["key-revoked", `key ${old.id}`, "a key of the role operator, no longer given from outside", undefined],
  ]);
});

test("a schedule's run stands in the audit before it is queued, and after it with its jobs", () => {
  const { world, audit, told } = open();
  const node = addNode(world, { phase: "accepted" }, "n1");
  const playbook: Playbook = { name: "look", does: "looks", readOnly: true, sha256: "0" };
  let before: unknown[] = [];
  const run = recordingRuns(audit, () => {
    before = told();
    return [job];
  });
  assert.deepEqual(run([node], playbook, "look", "schedule nightly"), [job]);
  assert.deepEqual(before, [["intent", "schedule nightly", "run look on n1", undefined]]);
  assert.deepEqual(told().at(-1), ["outcome", "schedule nightly", "run look on n1: job job-1", "accepted"]);

  const busy = recordingRuns(audit, () => {
    throw new MusterError("JOB_IN_PROGRESS", "n1 has another job");
  });
  assert.throws(() => busy([node], playbook, "look", "schedule nightly"), /another job/);
  assert.deepEqual(told().at(-1), ["outcome", "schedule nightly", "run look on n1", "JOB_IN_PROGRESS"]);
});

test("a job's end is recorded with its status, and nobody's name", () => {
  const { audit, told } = open();
  recordEnd(audit, job);
  assert.deepEqual(told(), [["outcome", "job job-1", "look.yaml on n1, look", "failed"]]);
});
