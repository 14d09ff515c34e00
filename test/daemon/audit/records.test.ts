/** Actions without an HTTP request are in the audit too: keys at the start, runs of schedules, ends of jobs. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { recordEnd, recordRun } from "../../../daemon/audit/job-records.ts";
import { recordingKeys } from "../../../daemon/audit/key-records.ts";
import { AuditLog } from "../../../daemon/audit/log.ts";
import { loadPolicy } from "../../../daemon/changes/policy/policy.ts";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import type { Playbook } from "../../../daemon/contract/jobs/playbook.ts";
import type { Schedule } from "../../../daemon/contract/jobs/schedule.ts";
import { MusterError } from "../../../daemon/errors/errors.ts";
import { scheduledRuns } from "../../../daemon/jobs/schedules/scheduled-runs.ts";
import { openDesk } from "../../support/changes/changes.ts";
import { openWorld } from "../../support/world.ts";

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

test("keys that appear and keys that disappear at the start are recorded separately", () => {
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

/** A machine in prod, and a schedule that changes it. */
function scheduled(approval?: Schedule["approval"], policy?: string) {
  const folder = mkdtempSync(join(tmpdir(), "muster-scheduled-"));
  if (policy !== undefined) writeFileSync(join(folder, "site.cedar"), policy);
  const lab = openDesk(openWorld(), { policy: loadPolicy({ folders: [folder], approvalMode: "policy" }) });
  rmSync(folder, { recursive: true });
  const node = lab.node("n1", "prod");
  const audit = new AuditLog(lab.world.db, () => lab.clock.now);
  const told = () =>
    lab
      .records()
      .map(({ action, actor, subject, rule, result }) => [action, actor.name, subject.replace(/^plan .*/, "plan"), rule, result]);
  const playbook: Playbook = { name: "update", does: "updates", readOnly: false, sha256: "0" };
  const schedule: Schedule = {
    name: "nightly",
    playbook: "update",
    nodes: ["n1"],
    cron: "@daily",
    createdBy: "laptop",
    owner: { keyId: "k-1", name: "alice", role: "operator" },
    createdAt: "2026-11-20T00:00:00Z",
    next: "2026-11-21T00:00:00Z",
    ...(approval && { approval }),
  };
  const run = (queue: () => Job[]) =>
    scheduledRuns({
      decide: (...asked) => lab.desk.byClock(...asked),
      record: (scheduled, queueJobs) => recordRun(audit, scheduled, queueJobs),
      queue,
    })([node], playbook, "change", schedule);
  return { lab, told, run };
}
const approval = { by: "ann", at: "2026-11-20T00:00:00Z", sha256: "0" };

test("the run of a schedule is decided by the policy for its creator, and recorded before and after it is queued", () => {
  const { lab, told, run } = scheduled(approval);
  let before: unknown[] = [];
  const jobs = run(() => {
    before = told();
    return [job];
  });
  assert.deepEqual(jobs, [job]);
  const decided = [
    ["proposal", "alice", "plan", "write-in-prod", undefined],
    ["decision", "alice", "plan", "write-in-prod", "needs-approval"],
  ];
  assert.deepEqual(before, [...decided, ["intent", "muster", "schedule nightly", "write-in-prod", undefined]]);
  assert.deepEqual(told().at(-1), ["outcome", "muster", "schedule nightly", "write-in-prod", "accepted"]);
  const [, , intent, outcome] = lab.records();
  assert.deepEqual([intent?.planHash, outcome?.summary], [outcome?.planHash, "run update on n1: job job-1"]);
  assert.deepEqual([lab.world.approvals.list(10), lab.world.executions.list(10)], [[], []]);
});

test("the outcome of a failed run is in the audit too", () => {
  const { told, run } = scheduled(approval);
  const busy = () => {
    throw new MusterError("JOB_IN_PROGRESS", "n1 has another job");
  };
  assert.throws(() => run(busy), /another job/);
  assert.deepEqual(told().at(-1), ["outcome", "muster", "schedule nightly", "write-in-prod", "JOB_IN_PROGRESS"]);
});

const twoAdmins = '@id("two-admins") @quorum("admin:2") forbid (principal, action, resource) when { true } unless { context.approved };';
const never = '@id("never-alice") forbid (principal, action, resource) when { principal.name == "alice" };';
for (const [what, given, policy, rule] of [
  ["has no admin's approval", undefined, undefined, /the rule write-in-prod requires the yes of 1 operator/],
  [
    "has an admin's approval of what its playbook was before",
    { ...approval, sha256: "1" },
    undefined,
    /the rule write-in-prod requires the yes of 1 operator/,
  ],
  ["needs more people than the admin who approved it", approval, twoAdmins, /the rule two-admins requires the yes of .*2 admin/],
  ["is denied for its creator", approval, never, /denied by the rule never-alice/],
] as const)
  test(`a schedule that ${what} does not run, and the rule is named`, () => {
    const { lab, run } = scheduled(given, policy);
    assert.throws(() => run(() => assert.fail("it was run")), { code: "PLAN_DENIED", message: rule });
    assert.equal(lab.records("intent").length, 0);
    assert.equal(lab.records("refusal").length, 1);
  });

test("the end of a job is recorded with its status, and without a person's name", () => {
  const { audit, told } = open();
  recordEnd(audit, job);
  assert.deepEqual(told(), [["outcome", "job job-1", "look.yaml on n1, look", "failed"]]);
});
