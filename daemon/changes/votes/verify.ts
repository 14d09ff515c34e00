/**
 * Uses only the signature to verify who cast a vote. The name and role are those of the registered voter, not those in
 * the vote. The functions of this file are pure.
 */
import { verify } from "node:crypto";
import type { Approval, Vote, VoteSignature } from "../../contract/changes/approval.ts";
import { spelled } from "../../contract/changes/person.ts";
import { fingerprint, readKey } from "./public-key.ts";
import { statementOf, type VoteQuestion } from "./statement.ts";

export interface Voter {
  name: string;
  role: Vote["role"];
  publicKey: string;
}

/** The registered voters. If `required` is true, votes need signatures even if the list of voters is empty. */
export interface Voting {
  required: boolean;
  voters: readonly Voter[];
}

export const signaturesCount = ({ required, voters }: Voting): boolean => required || voters.length > 0;

/** The allowed difference between a voter's clock and the clock of this machine, in milliseconds. */
const CLOCKS_APART_MS = 300_000;

export type Signed = { by: Voter; at: string } | { unsigned: string };

export function whoSigned(
  question: VoteQuestion,
  { answer, signature }: { answer: Vote["answer"]; signature?: VoteSignature | undefined },
  voters: readonly Voter[],
  now: Date,
): Signed {
  if (!signature) return { unsigned: "it is not signed" };
  const voter = voters.find(({ name }) => spelled(name) === spelled(signature.voter));
  if (!voter) return { unsigned: `${signature.voter} is not a registered voter` };
  const statement = Buffer.from(statementOf(question, answer, signature));
  if (!verify(null, statement, readKey(voter.publicKey), Buffer.from(signature.value, "base64")))
    return { unsigned: `its signature is not ${voter.name}'s for this` };
  if (Date.parse(signature.at) > now.getTime() + CLOCKS_APART_MS)
    return { unsigned: `it was signed at ${signature.at}, which is in the future: the voter's clock is wrong` };
  return { by: voter, at: signature.at };
}

/**
 * Returns the votes with the names and roles that their signatures prove. A "no" vote is kept without verification,
 * because it can only prevent an execution.
 */
export function provenVotes(approval: Approval, voters: readonly Voter[], now: Date): { votes: Vote[]; unproven: string[] } {
  const votes: Vote[] = [];
  const unproven: string[] = [];
  for (const vote of approval.votes) {
    const signed = whoSigned(approval, vote, voters, now);
    if (vote.answer === "deny") votes.push(vote);
    else if ("unsigned" in signed) unproven.push(`the yes of ${vote.by}: ${signed.unsigned}`);
    else votes.push({ ...vote, keyId: fingerprint(signed.by.publicKey), by: signed.by.name, role: signed.by.role, at: signed.at });
  }
  return { votes, unproven };
}
