import assert from "node:assert/strict";
import { test } from "node:test";
import type { Approval, Vote } from "../../../daemon/contract/changes/approval.ts";
import type { Execution } from "../../../daemon/contract/changes/execution.ts";
import type { PlannedWork } from "../../../daemon/contract/changes/plan.ts";
import { deadlineOf, endingOf, sortApprovals, stateAt } from "../../../web/src/changes/approval-states.ts";
import { isExecutionCancellable, shownSteps } from "../../../web/src/changes/execution-states.ts";
import { confirmationFor, coverageText } from "../../../web/src/changes/plan-words.ts";
import { progressOf, progressText, whoText } from "../../../web/src/changes/quorum-progress.ts";
import { outputLines } from "../../../web/src/changes/step-output.ts";
import { answerable, mayWithdraw, whyNoVote } from "../../../web/src/changes/voter.ts";
import { emptyFleet, takeApprovals, takeExecution } from "../../../web/src/live/fleet.ts";
import { laterApproval, laterExecution } from "../../../web/src/live/latest.ts";
import { piecesOf, visible } from "../../../web/src/parts/text/visible.ts";
import { openDesk, person, restartSsh, wish } from "../../support/changes/changes.ts";

const noon = Date.parse("2026-11-21T12:00:00Z");

/** A restart in prod, as the real proposal code plans it. */
function asked(): { approval: Approval; work: PlannedWork } {
  const { desk, node } = openDesk();
  node("n1", "prod");
  const { approval, work } = desk.propose(restartSsh("n1"), person("anna"));
  assert(approval);
  return { approval, work };
}

const vote = (by: string, role: Vote["role"] = "operator", answer: Vote["answer"] = "approve"): Vote => ({
  keyId: `key of ${by}`,
  by,
  role,
  answer,
  reason: "",
  at: "2026-11-21T12:01:00.000Z",
});

test("a request is expired for the page before the daemon reports it", () => {
  const { approval } = asked();
  assert.equal(deadlineOf(approval), approval.decideBy);
  assert.equal(stateAt(approval, noon), "pending");
  assert.equal(stateAt(approval, Date.parse(approval.decideBy) - 1), "pending");
  assert.equal(stateAt(approval, Date.parse(approval.decideBy)), "expired");
  const approved: Approval = { ...approval, state: "approved", executeBy: "2026-11-21T12:05:00.000Z" };
  assert.equal(stateAt(approved, Date.parse("2026-11-21T12:05:00.000Z")), "expired");
  assert.match(endingOf(approved, Date.parse("2026-11-21T12:06:00.000Z")) ?? "", /approved, but the plan did not start in time/);
  assert.match(endingOf({ ...approval, state: "denied", votes: [vote("olga", "operator", "deny")] }, noon) ?? "", /^olga denied it/);
  assert.equal(endingOf(approval, noon), undefined);
});

test("pending requests come first, ordered by deadline", () => {
  const { approval } = asked();
  const soon: Approval = { ...approval, id: "apr_b", decideBy: "2026-11-21T12:01:00.000Z" };
  const over: Approval = { ...approval, id: "apr_c", state: "denied" };
  const { waiting, over: rest } = sortApprovals([over, approval, soon], noon);
  assert.deepEqual([waiting.map(({ id }) => id), rest.map(({ id }) => id)], [["apr_b", approval.id], ["apr_c"]]);
});

test("the page and the daemon give the same reason why a vote does not count", () => {
  const { approval } = asked();
  const why = (owner: string, role: "viewer" | "operator" | "admin" | "agent", of = approval) => whyNoVote(of, { owner, role }, noon);
  assert.equal(why("olga", "operator"), undefined);
  assert.equal(why("olga", "admin"), undefined);
  assert.match(why("olga", "viewer") ?? "", /role is viewer/);
  assert.match(why("bot", "agent") ?? "", /agent cannot vote/);
  assert.match(why(" ANNA ", "admin") ?? "", /You requested the plan/);
  assert.match(why("olga", "operator", { ...approval, onBehalfOf: "Olga" }) ?? "", /on your behalf/);
  assert.match(why("olga", "operator", { ...approval, votes: [vote("Olga")] }) ?? "", /You have already approved it/);
  assert.match(whyNoVote(approval, { owner: "olga", role: "operator" }, Date.parse(approval.decideBy)) ?? "", /expired/);
  assert.equal(answerable([approval, { ...approval, state: "used" }], { owner: "olga", role: "operator" }, noon), 1);
  assert.equal(answerable([approval], { owner: "anna", role: "operator" }, noon), 0);
});

test("a pending request can be withdrawn by the requester or the person it was requested for", () => {
  const { approval } = asked();
  const may = (owner: string, role: "viewer" | "operator" | "admin" | "agent", of = approval, at = noon) =>
    mayWithdraw(of, { owner, role }, at);
  assert.equal(may(" ANNA ", "operator"), true);
  assert.equal(may("olga", "admin", { ...approval, onBehalfOf: "Olga" }), true);
  assert.equal(may("olga", "admin"), false);
  assert.equal(may("anna", "viewer"), false);
  assert.equal(may("anna", "operator", { ...approval, state: "approved" }), false);
  assert.equal(may("anna", "operator", approval, Date.parse(approval.decideBy)), false);
});

test("one person counts once, and a surplus admin counts as an operator", () => {
  const quorum = [
    { role: "operator", count: 1 },
    { role: "admin", count: 1 },
  ] as const;
  const text = (...votes: Vote[]) => progressText(progressOf(quorum, votes));
  assert.equal(text(), "0 of 1 operator, 0 of 1 admin");
  assert.equal(text(vote("olga"), vote("Olga")), "1 of 1 operator, 0 of 1 admin");
  assert.equal(text(vote("a", "admin")), "0 of 1 operator, 1 of 1 admin");
  assert.equal(text(vote("a", "admin"), vote("b", "admin")), "1 of 1 operator, 1 of 1 admin");
  assert.equal(text(vote("olga", "operator", "deny")), "0 of 1 operator, 0 of 1 admin");
  assert.match(whoText(quorum), /one person with the role operator or admin and of one person with the role admin/);
});

test("the approval of a destructive or tainted plan needs a confirmation", () => {
  const { desk, node } = openDesk();
  node("n1", "prod");
  node("n2", "dev");
  const plan = (...given: Parameters<typeof wish>) => desk.propose(wish(...given), person("anna"), { dryRun: true }).work;
  assert.equal(confirmationFor(plan("service_restart", ["n1"], { unit: "ssh.service" }).plan), undefined);
  const tainted = confirmationFor(plan("service_restart", ["n1"], { unit: "ssh.service" }, { tainted: true }).plan);
  assert.equal(tainted?.word, "n1");
  assert.match(tainted?.why ?? "", /untrusted text/);
  const both = plan("service_restart", ["n1", "n2"], { unit: "ssh.service" }, { tainted: true });
  assert.equal(confirmationFor(both.plan)?.word, "2 nodes");
  const destroying = both.plan.steps.map((step) => ({ ...step, risk: "delete" as const }));
  assert.match(confirmationFor({ ...both.plan, tainted: false, steps: destroying })?.why ?? "", /destroys/);
  assert.equal(coverageText(both), "100 % previewed: 2 of 2 steps");
});

test("hidden characters are made visible", () => {
  assert.deepEqual(piecesOf("a\u001b[2Jb\u202ec"), [
    { text: "a" },
    { text: "␛", hidden: "U+001B" },
    { text: "[2Jb" },
    { text: "⟨U+202E⟩", hidden: "U+202E" },
    { text: "c" },
  ]);
  assert.deepEqual(piecesOf("<b>two\nlines</b>"), [{ text: "<b>two\nlines</b>" }]);
  assert.deepEqual(piecesOf(""), []);
  assert.equal(visible("a\u001b[2Jb\u202ec"), "a␛[2Jb⟨U+202E⟩c");
});

test("output of a step keeps its colours across lines and loses terminal control", () => {
  assert.deepEqual(
    outputLines("\u001b[31mred\nstill\u001b[0m\n\u001b]0;title\u0007plain\u001b[2J\n\n").map(({ text, style }) => [text, style?.colour]),
    [
      ["\u001b[31mred", undefined],
      ["still\u001b[0m", 1],
      ["plain", undefined],
    ],
  );
  assert.deepEqual(outputLines(""), []);
  assert.deepEqual(
    outputLines("cut in the middle \u001b[3").map(({ text }) => text),
    ["cut in the middle"],
  );
});

const execution = (part: Partial<Execution> = {}): Execution => ({
  id: "00000000-0000-4000-8000-000000000001",
  planId: "00000000-0000-4000-8000-000000000002",
  planHash: "0".repeat(64),
  status: "queued",
  steps: [{ id: "1", target: "n1", status: "pending" }],
  requestedBy: "anna",
  createdAt: "2026-11-21T12:00:00.000Z",
  ...part,
});

test("an older state never replaces a later one", () => {
  const running = execution({ status: "running", startedAt: "2026-11-21T12:00:01.000Z" });
  const ended = execution({ ...running, status: "succeeded", endedAt: "2026-11-21T12:00:02.000Z" });
  assert.equal(laterExecution(ended, running), ended);
  assert.equal(laterExecution(running, ended), ended);
  assert.equal(laterExecution(execution(), running), running);
  const told = execution({ ...ended, steps: [{ id: "1", status: "succeeded", output: "fine" }] });
  const listed = execution({ ...ended, steps: [{ id: "1", status: "succeeded" }] });
  assert.equal(laterExecution(told, listed), told, "the list leaves out what steps wrote");
  assert.equal(isExecutionCancellable(running), true);
  assert.equal(isExecutionCancellable(ended), false);

  const { approval } = asked();
  const answered: Approval = { ...approval, votes: [vote("olga")] };
  assert.equal(laterApproval(answered, approval), answered);
  assert.equal(laterApproval(answered, { ...answered, state: "approved" }).state, "approved");
  assert.equal(laterApproval({ ...answered, state: "used" }, { ...answered, state: "approved" }).state, "used");
});

test("an execution marks its approval as used, because no event does", () => {
  const { approval } = asked();
  const fleet = takeApprovals(emptyFleet, [{ ...approval, state: "approved" }]);
  const queued = takeExecution(fleet, execution({ approvalId: approval.id }));
  assert.equal(queued.approvals.get(approval.id)?.state, "approved");
  const begun = takeExecution(queued, execution({ approvalId: approval.id, status: "running", startedAt: "2026-11-21T12:00:01.000Z" }));
  assert.equal(begun.approvals.get(approval.id)?.state, "used");
});

test("steps are in the order of the plan, and rollback steps come last", () => {
  const { work } = asked();
  const [first] = work.plan.steps;
  assert(first);
  const back = { ...first, id: "r1" };
  const plan = { ...work.plan, rollback: [{ undoes: "1", step: back }] };
  assert.deepEqual(
    shownSteps(execution({ steps: [] }), plan).map(({ result }) => [result.id, result.status]),
    [["1", "pending"]],
  );
  const steps = [
    { id: "r1", status: "running" },
    { id: "1", status: "succeeded" },
  ] as const;
  assert.deepEqual(
    shownSteps(execution({ steps: [...steps] }), plan).map(({ result, undoes }) => [result.id, undoes]),
    [
      ["1", undefined],
      ["r1", "1"],
    ],
  );
});
