/** A signature proves one answer of one person to one question. Any other content makes it invalid. */
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { statementOf } from "../../../../daemon/changes/votes/statement.ts";
import { provenVotes, whoSigned } from "../../../../daemon/changes/votes/verify.ts";
import { type Approval, Vote, VoterKey, VoteSignature } from "../../../../daemon/contract/changes/approval.ts";
import { keyOf, later, now, question, registered, signedVote } from "./question.ts";

const [bea, cem, mallory] = [keyOf("bea"), keyOf("cem"), keyOf("mallory")];
const voters = [registered(bea), registered(cem, "admin")];
const yes = signedVote(bea, question);
const asked: Approval = { ...question, onBehalfOf: "dana" };

const said = (vote: Vote, of: Approval = question, at = now): string => {
  const signed = whoSigned(of, vote, voters, at);
  return "by" in signed ? `${signed.by.role} ${signed.by.name}` : signed.unsigned;
};

test("the signed text is one line that names its purpose, and one of canonical JSON with all bound values", () => {
  assert.equal(
    statementOf(asked, "approve", { voter: "bea", at: now.toISOString() }),
    `muster vote 1\n{"answer":"approve","approvalId":"apr_AAAAAAAAAAAAAAAAAAAAAA","at":"2026-11-21T10:00:00.000Z","decideBy":"2026-11-21T10:10:00.000Z","executeSeconds":300,"onBehalfOf":"dana","planHash":"${"1".repeat(64)}","policyVersion":"${"4".repeat(64)}","previewHash":"${"2".repeat(64)}","requestedBy":"ann","targetsHash":"${"3".repeat(64)}","voter":"bea"}\n`,
  );
});

test("a vote belongs to the voter who signed it, in the voter's registered role", () => {
  assert.equal(said(yes), "operator bea");
  assert.equal(said(signedVote(cem, question)), "admin cem");
  assert.equal(said({ ...yes, by: "somebody", role: "admin", keyId: "another" }), "operator bea");
});

const altered: [field: string, change: Partial<Approval>][] = [
  ["approval's id", { id: "apr_BBBBBBBBBBBBBBBBBBBBBB" }],
  ["plan", { planHash: "5".repeat(64) }],
  ["previews", { previewHash: "5".repeat(64) }],
  ["targets", { targetsHash: "5".repeat(64) }],
  ["policy", { policyVersion: "5".repeat(64) }],
  ["requester", { requestedBy: "dora" }],
  ["person it is asked for", { onBehalfOf: "dora" }],
  ["time to decide", { decideBy: later(6000).toISOString() }],
  ["time to begin", { executeSeconds: 3000 }],
];
for (const [field, change] of altered)
  test(`with another ${field} the signature is invalid`, () =>
    assert.equal(said(yes, { ...question, ...change }), "its signature is not bea's for this"));

const forged = (change: Partial<VoteSignature>): Vote => ({ ...yes, signature: { ...(yes.signature as VoteSignature), ...change } });
const other = generateKeyPairSync("ed448").privateKey;
const wrong: [what: string, vote: Vote, told: string][] = [
  ["no signature", { ...yes, signature: undefined }, "it is not signed"],
  [
    "the answer turned round",
    { ...signedVote(bea, question, now, { signature: bea.sign(question, "deny", now) }) },
    "its signature is not bea's for this",
  ],
  ["another time", forged({ at: later(1).toISOString() }), "its signature is not bea's for this"],
  ["another voter's name", forged({ voter: "cem" }), "its signature is not cem's for this"],
  ["a voter who is not registered", signedVote(mallory, question), "mallory is not a registered voter"],
  ["an unregistered key, under a registered name", signedVote(keyOf("bea"), question), "its signature is not bea's for this"],
  [
    "a signature of another curve",
    forged({
      value: sign(null, Buffer.from(statementOf(question, "approve", { voter: "bea", at: now.toISOString() })), other).toString("base64"),
    }),
    "its signature is not bea's for this",
  ],
  ["an empty signature", forged({ value: "" }), "its signature is not bea's for this"],
  [
    "a time that has not come",
    signedVote(bea, question, later(301)),
    `it was signed at ${later(301).toISOString()}, which is in the future: the voter's clock is wrong`,
  ],
];
for (const [what, vote, told] of wrong) test(`${what} is detected`, () => assert.equal(said(vote), told));

test("a registered key that is not a point of the curve verifies nothing", () => {
  const voter = { name: "bea", role: "admin", publicKey: `ed25519:${Buffer.alloc(32, 0xee).toString("base64")}` } as const;
  assert.deepEqual(whoSigned(question, yes, [voter], now), { unsigned: "its signature is not bea's for this" });
});

for (const [what, value] of [
  ["not base64", "%".repeat(86).concat("==")],
  ["too short", (yes.signature?.value ?? "").slice(4)],
  ["spelled in a second way", `${yes.signature?.value.slice(0, -3)}B==`],
] as const)
  test(`a signature that is ${what} is refused on input`, () =>
    assert.equal(VoteSignature.safeParse({ ...yes.signature, value }).success, false));

for (const key of ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ", "p256:AAAA", `ed25519:${"A".repeat(40)}`, `ed25519:${"A".repeat(42)}B=`])
  test(`${key.slice(0, 20)}… is not a voter's public key`, () => assert.equal(VoterKey.safeParse(key).success, false));

test("votes count with their proven names and roles; a no needs no signature", () => {
  const no: Vote = { keyId: "k", by: "dora", role: "operator", answer: "deny", reason: "", at: now.toISOString() };
  const unsigned: Vote = { ...no, answer: "approve", by: "eve", role: "admin" };
  const raised = { ...signedVote(bea, question, later(5)), role: "admin", by: "zoe", at: later(-500).toISOString() } as const;
  const { votes, unproven } = provenVotes({ ...question, votes: [no, unsigned, raised] }, voters, later(10));
  assert.deepEqual(
    votes.map(({ by, role, answer, at }) => [by, role, answer, at]),
    [
      ["dora", "operator", "deny", now.toISOString()],
      ["bea", "operator", "approve", later(5).toISOString()],
    ],
  );
  assert.deepEqual(unproven, ["the yes of eve: it is not signed"]);
});

/** Any JSON, of the right shape or not, at any place of the row. */
test("no change of a signed vote's row, or of its question, gives it to another person or question", () => {
  const row = { approval: question, vote: yes } as const;
  const places = [
    ...(["id", "planHash", "previewHash", "targetsHash", "policyVersion", "requestedBy", "decideBy"] as const).map((name) => [
      "approval",
      name,
    ]),
    ...(["voter", "at", "value"] as const).map((name) => ["signature", name]),
  ] as [string, string][];
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=-:.Z_ ";
  fc.assert(
    fc.property(
      fc.constantFrom(...places),
      fc.nat(),
      fc.constantFrom(...letters),
      fc.constantFrom("replace", "insert", "remove"),
      ([part, name], position, letter, how) => {
        const changed = structuredClone(row) as unknown as {
          approval: Record<string, string>;
          vote: { signature: Record<string, string> };
        };
        const place = part === "approval" ? changed.approval : changed.vote.signature;
        const was = place[name] ?? "";
        const at = position % was.length;
        place[name] = was.slice(0, at) + (how === "remove" ? "" : letter) + was.slice(how === "insert" ? at : at + 1);
        const vote = Vote.safeParse(changed.vote);
        if (!vote.success) return;
        const signed = whoSigned(changed.approval as unknown as Approval, vote.data, voters, now);
        // Another spelling of a name still means the same person, but the signature covers the spelling.
        if (place[name] !== was) assert.ok("unsigned" in signed, `${part}.${name}: ${was} → ${place[name]}`);
      },
    ),
    { numRuns: 2000 },
  );
});
