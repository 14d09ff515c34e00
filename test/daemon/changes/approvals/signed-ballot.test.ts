/**
 * Tests control's immediate answer to a vote whose signature does not count. Another test covers the executor's
 * check.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../../../../daemon/changes/approvals/ballots.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { openDesk, person, restartSsh } from "../../../support/changes/changes.ts";
import { openWorld } from "../../../support/world.ts";
import { keyOf, registered } from "../votes/question.ts";

const [bob, cem] = [keyOf("bob"), keyOf("cem")];

function waiting(required = false, voters = [registered(bob), registered(cem, "admin")]) {
  const voting = { required, voters };
  const lab = openDesk(openWorld(), { voting: () => voting });
  lab.node("n1", "prod");
  const { approval } = lab.desk.propose(restartSsh("n1"), person("ada"));
  assert.ok(approval);
  const vote = (who: string, answer: Partial<Answer> = {}, role: "operator" | "admin" | "viewer" = "operator") => {
    try {
      return lab.desk.vote(approval.id, { answer: "approve", reason: "", ...answer }, person(who, role)).state;
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
      return `${error.code}: ${error.message.replace(`${approval.id}: `, "")}`;
    }
  };
  return { lab, approval, voting, vote };
}

test("callers can see whether a yes must be signed", () => {
  const signed = ({ lab, approval }: ReturnType<typeof waiting>) => lab.desk.approval(approval.id).signedVotes;
  assert.equal(signed(waiting()), true);
  assert.equal(signed(waiting(true, [])), true);
  assert.equal(signed(waiting(false, [])), false);
});

test("a signed yes counts, with the role of the registered voter", () => {
  const { lab, approval, vote } = waiting();
  assert.equal(vote("cem", { signature: cem.sign(approval, "approve", lab.clock.now) }), "used");
  assert.deepEqual(
    lab.desk.approval(approval.id).approval.votes.map(({ by, role, signature }) => [by, role, signature?.voter]),
    [["cem", "admin", "cem"]],
  );
});

test("a yes without a valid, fresh signature of a registered voter is refused at once and recorded", () => {
  const { lab, approval, vote } = waiting();
  const signature = bob.sign(approval, "approve", lab.clock.now);
  assert.match(vote("bob"), /^VOTE_REFUSED: only a signed yes counts here: run `muster approve` where your voter's key is/);
  assert.equal(vote("cem", { signature }), "VOTE_REFUSED: bob signed it, and the API key is cem's");
  assert.match(vote("bob", { signature: { ...signature, voter: "eve" } }), /eve is not a registered voter$/);
  assert.match(vote("bob", { signature: { ...signature, at: "2026-11-21T12:00:01.000Z" } }), /its signature is not bob's for this$/);
  assert.equal(vote("bob", { signature }, "viewer"), "VOTE_REFUSED: a key of the role viewer has no vote");
  lab.clock.pass(301);
  assert.match(vote("bob", { signature }), /it was signed at 2026-11-21T12:00:00.000Z: answer again/);
  assert.equal(lab.records("refusal").length, 6);
  assert.equal(lab.desk.approval(approval.id).approval.votes.length, 0);
});

test("a no needs no signature, because it can only prevent an execution", () => {
  assert.equal(waiting().vote("eve", { answer: "deny", reason: "no" }), "denied");
});

test("with an unreadable list of voters, people can read approvals and say no, but not yes", () => {
  const voting = () => {
    throw new MusterError("VOTERS_INVALID", "voters.yaml: bea is in it twice");
  };
  const lab = openDesk(openWorld(), { voting });
  lab.node("n1", "prod");
  const { approval } = lab.desk.propose(restartSsh("n1"), person("ada"));
  assert.ok(approval);
  assert.equal(lab.desk.approval(approval.id).signedVotes, true);
  assert.throws(() => lab.desk.vote(approval.id, { answer: "approve", reason: "" }, person("bob")), { code: "VOTERS_INVALID" });
  assert.equal(lab.desk.vote(approval.id, { answer: "deny", reason: "no" }, person("bob")).state, "denied");
});

test("people who voted yes before signatures were required can vote again, signed", () => {
  const { lab, approval, voting, vote } = waiting(false, []);
  voting.voters.push(registered(bob));
  lab.world.approvals.save({
    ...approval,
    votes: [{ keyId: "key of bob", by: "bob", role: "operator", answer: "approve", reason: "", at: lab.clock.now.toISOString() }],
  });
  assert.equal(vote("bob", { signature: bob.sign(approval, "approve", lab.clock.now) }), "used");
});
