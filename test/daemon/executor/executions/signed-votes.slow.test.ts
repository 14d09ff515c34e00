/**
 * An attacker who has control and the database can write any vote. Once the executor knows voters, only their signatures
 * count, and the attacker does not have their keys.
 */
import assert from "node:assert/strict";
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { targetsHashOf } from "../../../../daemon/changes/plans/digests.ts";
import { writeVoters } from "../../../../daemon/changes/votes/voters-file.ts";
import type { Approval } from "../../../../daemon/contract/changes/approval.ts";
import { keyOf, registered, signedVote } from "../../changes/votes/question.ts";
import { erase, forgedVotes, type Lab, note, refused, start } from "./boundary-lab.ts";

const [bea, cem] = [keyOf("bea"), keyOf("cem")];
const registerVoters = (lab: Lab): void => {
  const since = new Date().toISOString();
  writeVoters(lab.data.voters, [
    { ...registered(bea, "operator"), since },
    { ...registered(cem, "admin"), since },
  ]);
};
function rewriteRow(lab: Lab, approval: Approval): Approval {
  lab.stores.db.prepare("UPDATE approvals SET approval = ? WHERE id = ?").run(JSON.stringify(approval), approval.id);
  return approval;
}

test("votes written by who holds the database begin nothing once voters are registered: no delete, no write", async (t) => {
  const lab = await start(t);
  registerVoters(lab);
  const unsigned = /lacks votes; the yes of bea: it is not signed; the yes of cem: it is not signed/;
  const work = lab.plan(erase(lab, "d1"));
  await refused(lab, lab.begin(work, forgedVotes(lab, work)), unsigned);
  const change = lab.plan(note(lab, "s1"));
  await refused(lab, lab.begin(change, forgedVotes(lab, change)), unsigned);
  assert.ok(!existsSync(join(lab.folder, "noted")));
});

test("signatures for one approval serve no other, nor another plan, requester or time in its row", async (t) => {
  const lab = await start(t);
  registerVoters(lab);
  const harmless = lab.plan(note(lab, "s1"));
  const theirs = forgedVotes(lab, harmless);
  const votes = [bea, cem].map((key) => signedVote(key, theirs, new Date()));

  const work = lab.plan(erase(lab, "d1"));
  await refused(lab, lab.begin(work, rewriteRow(lab, { ...forgedVotes(lab, work), votes })), /its signature is not bea's for this/);
  // The signed row, rewritten for the other plan.
  const { id: planId, hash: planHash, previewHash } = work;
  const swapped = rewriteRow(lab, { ...theirs, votes, planId, planHash, previewHash, targetsHash: targetsHashOf(work.plan) });
  lab.stores.db.exec("DELETE FROM executions");
  await refused(lab, lab.begin(work, swapped), /its signature is not bea's for this/);
  // An old approval that the attacker kept.
  lab.stores.db.exec("DELETE FROM executions");
  const old = signedVote(bea, theirs, new Date(Date.now() - 901_000));
  await refused(lab, lab.begin(harmless, rewriteRow(lab, { ...theirs, votes: [old] })), /its last signature is too old/);
  assert.ok(!existsSync(join(lab.folder, "noted")));
});

test("a time to begin that was made longer before they signed is no longer than the executor's own", async (t) => {
  const lab = await start(t);
  registerVoters(lab);
  const work = lab.plan(note(lab, "s1"));
  const years = rewriteRow(lab, { ...forgedVotes(lab, work), executeSeconds: 315_360_000 });
  const old = signedVote(bea, years, new Date(Date.now() - 901_000));
  await refused(lab, lab.begin(work, rewriteRow(lab, { ...years, votes: [old] })), /its last signature is too old/);
  assert.ok(!existsSync(join(lab.folder, "noted")));
});

test("a role is what the voter was registered with, and one person is one, whatever the database says", async (t) => {
  const lab = await start(t);
  registerVoters(lab);
  const work = lab.plan(erase(lab, "d1"));
  const approval = forgedVotes(lab, work);
  const once = signedVote(bea, approval, new Date());
  const again = { ...signedVote(bea, approval, new Date(Date.now() - 1000)), by: "cem", role: "admin" as const, keyId: "another" };
  await refused(lab, lab.begin(work, rewriteRow(lab, { ...approval, votes: [once, again] })), /lacks votes/);
  lab.stores.db.exec("DELETE FROM executions");
  const raised = rewriteRow(lab, { ...approval, votes: [{ ...once, role: "admin" }] });
  await refused(lab, lab.begin(work, raised), /lacks votes/);
});

test("who asked does not count, with a signature neither", async (t) => {
  const lab = await start(t);
  const since = new Date().toISOString();
  const ann = keyOf("Ann");
  writeVoters(lab.data.voters, [
    { ...registered(ann), since },
    { ...registered(cem, "admin"), since },
  ]);
  const work = lab.plan(erase(lab, "d1"));
  const approval = forgedVotes(lab, work);
  const votes = [ann, cem].map((key) => signedVote(key, approval, new Date()));
  await refused(lab, lab.begin(work, rewriteRow(lab, { ...approval, votes })), /lacks votes/);
});

test("a list of voters that cannot be read, or that others may write, is no list: what needs approval is refused", async (t) => {
  const lab = await start(t);
  const work = lab.plan(erase(lab, "d1"));
  const approval = lab.approve(work);
  writeFileSync(lab.data.voters, "voters: [", { mode: 0o600 });
  await refused(lab, lab.begin(work, approval), /voters\.yaml/);
  lab.stores.db.exec("DELETE FROM executions");
  rmSync(lab.data.voters);
  registerVoters(lab);
  chmodSync(lab.data.voters, 0o666);
  await refused(lab, lab.begin(work, approval), /others may write it/);
});

test("with signed votes required and nobody registered, nothing that needs approval is begun", async (t) => {
  const lab = await start(t, { policy: { signed_votes: "required" } });
  const work = lab.plan(erase(lab, "d1"));
  await refused(lab, lab.begin(work, lab.approve(work)), /lacks votes; the yes of bea: it is not signed/);
});

test("what registered voters have signed is carried out", async (t) => {
  const lab = await start(t);
  registerVoters(lab);
  const work = lab.plan(erase(lab, "d1"));
  const approval = forgedVotes(lab, work);
  const votes = [bea, cem].map((key) => signedVote(key, approval, new Date()));
  const end = await lab.execute(lab.begin(work, rewriteRow(lab, { ...approval, votes })));
  assert(typeof end !== "string", String(end));
  assert.equal(end.status, "succeeded");
  assert.ok(!existsSync(lab.precious));
});
