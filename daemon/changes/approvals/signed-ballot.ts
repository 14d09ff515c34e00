/**
 * Checks a signed answer in control, so that the voter learns immediately if the answer will not count. Security does
 * not depend on this check, because the executor checks the signature again.
 */
import type { Approval } from "../../contract/changes/approval.ts";
import { samePerson } from "../../contract/changes/person.ts";
import { MusterError } from "../../errors/errors.ts";
import { signaturesCount, type Voting, whoSigned } from "../votes/verify.ts";
import type { Ballot, Refusal } from "./approvals.ts";

/** An older signature means that the answer was delayed or that the voter's clock is wrong. */
const FRESH_MS = 300_000;

/** Returns the answer as the executor will count it. A "no" vote needs no signature, because it can only prevent an execution. */
export function asSigned(approval: Approval, ballot: Ballot, voting: Voting, now: Date): { approval: Approval; ballot: Ballot } | Refusal {
  if (!signaturesCount(voting)) return { approval, ballot };
  const asked = withoutUnsigned(approval, voting, now);
  if (ballot.answer === "deny") return { approval: asked, ballot };
  if (!ballot.signature)
    return {
      refused: "only a signed yes counts here: run `muster approve` where your voter's key is (`muster voter keygen` makes one)",
    };
  const signed = whoSigned(approval, ballot, voting.voters, now);
  if ("unsigned" in signed) return { refused: `only a signed yes counts here, and ${signed.unsigned}` };
  if (!samePerson(signed.by.name, ballot.by)) return { refused: `${signed.by.name} signed it, and the API key is ${ballot.by}'s` };
  if (now.getTime() - Date.parse(signed.at) > FRESH_MS)
    return { refused: `it was signed at ${signed.at}: answer again; is the clock of that machine right?` };
  // Even with a valid signature, a key without the right to vote cannot vote.
  const votes = ballot.role === "operator" || ballot.role === "admin";
  return { approval: asked, ballot: votes ? { ...ballot, role: signed.by.role } : ballot };
}

type AskVoting = (() => Voting) | undefined;

/**
 * Returns the registered voters, which are needed to check an answer. If the list of voters cannot be read, returns
 * undefined for a "no" vote, which needs no check. Throws for a yes vote if the list cannot be read.
 */
export function votingFor({ answer }: Pick<Ballot, "answer">, voting: AskVoting): Voting | undefined {
  try {
    return voting?.();
  } catch (error) {
    if (answer === "approve" || !isUnreadable(error)) throw error;
    return undefined;
  }
}

/**
 * True if a yes vote must be signed. The result is also true if the list of voters cannot be read. Unsigned yes votes
 * then do not count, but people can still see pending approvals.
 */
export function wantsSignatures(voting: AskVoting): boolean {
  try {
    return voting !== undefined && signaturesCount(voting());
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return true;
  }
}

const isUnreadable = (error: unknown): boolean => error instanceof MusterError && error.code === "VOTERS_INVALID";

/** Removes votes without a valid signature. A person who voted before signatures were required can then vote again. */
const withoutUnsigned = (approval: Approval, { voters }: Voting, now: Date): Approval => ({
  ...approval,
  votes: approval.votes.filter((vote) => vote.answer === "deny" || "by" in whoSigned(approval, vote, voters, now)),
});
