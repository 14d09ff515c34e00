/** Tests who may vote, how many votes an approval needs, and how long it is valid. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ballot, castVote, expire, isRefusal, openApproval, rebind, use } from "../../../../daemon/changes/approvals/approvals.ts";
import { Approval } from "../../../../daemon/contract/changes/approval.ts";
import type { QuorumGroup } from "../../../../daemon/contract/changes/plan.ts";
import { bindings, hashOf, work } from "../planned.ts";

const start = new Date("2026-11-21T10:00:00Z");
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const clocks = { decideSeconds: 600, executeSeconds: 300 };
const one: QuorumGroup[] = [{ role: "operator", count: 1 }];
const asked = (quorum = one, more: Parameters<typeof work>[0] = {}) => openApproval(work({ ...more, quorum }), bindings, clocks, start);

const ballot = (by: string, change: Partial<Ballot> = {}): Ballot => ({
  keyId: `key of ${by}`,
  by,
  role: "operator",
  answer: "approve",
  reason: "",
  ...change,
});
const yes = (approval: Approval, ...people: Ballot[]): Approval =>
  people.reduce((so, person, index) => {
    const result = castVote(so, person, after(10 + index));
    assert.ok(!isRefusal(result), isRefusal(result) ? result.refused : "");
    return result;
  }, approval);
const refusal = (result: Approval | { refused: string }): string => (isRefusal(result) ? result.refused : `not refused: ${result.state}`);

test("a new approval is pending and has an opaque id of its own", () => {
  const [first, second] = [asked(), asked()];
  assert.deepEqual(Approval.parse(first), first);
  assert.equal(first.state, "pending");
  assert.equal(first.decideBy, after(600).toISOString());
  assert.notEqual(first.id, second.id);
});

test("the last missing vote approves the plan and starts the time to begin it", () => {
  const approved = yes(asked(), ballot("bob"));
  assert.equal(approved.state, "approved");
  assert.equal(approved.executeBy, after(310).toISOString());
  assert.ok(!isRefusal(use(approved, bindings, after(309))));
});

test("one no denies the approval, also after yes votes", () => {
  const denied = yes(asked([{ role: "operator", count: 2 }]), ballot("bob"), ballot("carol", { answer: "deny", reason: "not today" }));
  assert.equal(denied.state, "denied");
  assert.equal(refusal(castVote(denied, ballot("dora"), after(30))), "it is denied already");
});

for (const [who, person] of [
  ["the key that asked", ballot("bob", { keyId: "key of alice" })],
  ["the person who asked, with another key", ballot("alice", { keyId: "her second key" })],
  ["the person who asked, spelled otherwise", ballot(" Alice ", { keyId: "her third key" })],
  ["the person it was asked for", ballot("otto")],
] as const) {
  test(`${who} has no vote`, () => {
    assert.equal(refusal(castVote(asked(one, { onBehalfOf: "otto" }), person, after(1))), "the requester has no vote");
  });
}

for (const role of ["agent", "viewer", "node"] as const) {
  test(`a key of the role ${role} has no vote`, () => {
    assert.equal(refusal(castVote(asked(), ballot("bob", { role }), after(1))), `a key of the role ${role} has no vote`);
  });
}

test("a key that acts for another person has no vote", () => {
  assert.equal(
    refusal(castVote(asked(), ballot("bob", { onBehalfOf: "carol" }), after(1))),
    "a key that acts for another person has no vote",
  );
});

test("one person with two keys counts once", () => {
  const once = yes(asked([{ role: "operator", count: 2 }]), ballot("bob"));
  assert.equal(refusal(castVote(once, ballot("bob", { keyId: "his second key" }), after(20))), "bob has answered already");
  assert.equal(refusal(castVote(once, ballot("rob", { keyId: "key of bob" }), after(20))), "rob has answered already");
  assert.equal(once.state, "pending");
});

const both: QuorumGroup[] = [
  { role: "operator", count: 1 },
  { role: "admin", count: 1 },
];
for (const [people, state] of [
  [[ballot("bob"), ballot("carol")], "pending"],
  [[ballot("ann", { role: "admin" })], "pending"],
  [[ballot("bob"), ballot("ann", { role: "admin" })], "approved"],
  [[ballot("ann", { role: "admin" }), ballot("bob")], "approved"],
  [[ballot("ann", { role: "admin" }), ballot("ada", { role: "admin" })], "approved"],
] as const) {
  test(`an operator and an admin are required; ${people.map(({ role }) => role).join(" and ")} voted yes: ${state}`, () => {
    assert.equal(yes(asked(both), ...people).state, state);
  });
}

test("an approval without a required group cannot be approved", () => {
  assert.equal(yes(asked([]), ballot("bob"), ballot("ann", { role: "admin" })).state, "pending");
});

test("silence is never consent: a pending approval expires at its deadline and takes no more votes", () => {
  assert.equal(expire(asked(), after(599)).state, "pending");
  assert.equal(expire(asked(), after(600)).state, "expired");
  assert.equal(refusal(castVote(asked(), ballot("bob"), after(600))), "it had to be decided by 2026-11-21T10:10:00.000Z");
});

test("an approved plan that was not begun in time is expired", () => {
  const approved = yes(asked(), ballot("bob"));
  assert.equal(refusal(use(approved, bindings, after(310))), "its approval expired at 2026-11-21T10:05:10.000Z");
  assert.equal(expire(approved, after(310)).state, "expired");
});

test("an approval is used once", () => {
  const used = use(yes(asked(), ballot("bob")), bindings, after(20));
  assert.ok(!isRefusal(used));
  assert.equal(used.state, "used");
  assert.equal(refusal(use(used, bindings, after(21))), "its approval is used, not approved");
});

test("the same plan keeps its approval", () => {
  const approved = yes(asked(), ballot("bob"));
  assert.equal(rebind(approved, { ...bindings }), approved);
});

for (const [part, words] of [
  ["planHash", "the plan"],
  ["previewHash", "its preview"],
  ["policyVersion", "the policy"],
  ["targetsHash", "its targets"],
] as const) {
  test(`${words} changed: the approval is dropped, and cannot be used before the change is noticed`, () => {
    const other = { ...bindings, [part]: hashOf("another") };
    assert.equal(rebind(asked(), other).state, "dropped");
    const approved = yes(asked(), ballot("bob"));
    assert.equal(refusal(use(approved, other, after(20))), `${words} changed since it was approved; propose it again`);
    assert.equal(rebind(approved, other).state, "dropped");
  });
}

test("a decided approval keeps its state when the plan changes", () => {
  const denied = yes(asked(), ballot("bob", { answer: "deny" }));
  assert.equal(rebind(denied, { ...bindings, planHash: hashOf("another") }).state, "denied");
});

test("an approval whose state does not match its votes is refused", () => {
  const forged: Approval = { ...asked(), state: "approved", executeBy: after(300).toISOString() };
  assert.equal(refusal(use(forged, bindings, after(1))), "its approval lacks votes");
  const byHerself = {
    ...forged,
    votes: [{ keyId: "key of alice", by: "alice", role: "admin", answer: "approve", reason: "", at: start.toISOString() } as const],
  };
  assert.equal(refusal(use(byHerself, bindings, after(1))), "its approval lacks votes");
});

test("two pending approvals take their answers in any order", () => {
  const [first, second] = [asked(), asked()];
  const denied = yes(second, ballot("bob", { answer: "deny" }));
  const approved = yes(first, ballot("bob"));
  assert.deepEqual([approved.state, denied.state, approved.id, denied.id], ["approved", "denied", first.id, second.id]);
});
