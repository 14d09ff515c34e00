/** A pending approval, and people with their own keys on their own machines. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeSigningKey, type SigningKey } from "../../../../daemon/changes/votes/signing-key.ts";
import type { Voter } from "../../../../daemon/changes/votes/verify.ts";
import type { Approval, Vote } from "../../../../daemon/contract/changes/approval.ts";

export const now = new Date("2026-11-21T10:00:00.000Z");
export const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

export const question: Approval = {
  id: "apr_AAAAAAAAAAAAAAAAAAAAAA",
  planId: "8d4a3f35-93a1-4f0e-8a59-0d6f5dca2c11",
  planHash: "1".repeat(64),
  previewHash: "2".repeat(64),
  targetsHash: "3".repeat(64),
  policyVersion: "4".repeat(64),
  requestedBy: "ann",
  requesterKeyId: "key-of-ann",
  quorum: [{ role: "operator", count: 1 }],
  votes: [],
  state: "pending",
  createdAt: now.toISOString(),
  decideBy: later(600).toISOString(),
  executeSeconds: 300,
};

export function keyOf(name: string): SigningKey {
  const folder = mkdtempSync(join(tmpdir(), "muster-voter-"));
  try {
    return makeSigningKey(join(folder, "muster", "voter.json"), name);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const registered = ({ voter, publicKey }: SigningKey, role: Voter["role"] = "operator"): Voter => ({ name: voter, role, publicKey });

export const signedVote = (key: SigningKey, approval: Approval, at = now, change: Partial<Vote> = {}): Vote => ({
  keyId: `key-of-${key.voter}`,
  by: key.voter,
  role: "operator",
  answer: "approve",
  reason: "",
  at: at.toISOString(),
  signature: key.sign(approval, "approve", at),
  ...change,
});
