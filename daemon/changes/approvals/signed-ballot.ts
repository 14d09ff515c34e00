/**
 * Control's early check of a signed answer, so that a person learns at once if it will not count. Security does not
 * rely on it, because the executor checks again.
 */
import type { Approval } from "../../contract/changes/approval.ts";
import { samePerson } from "../../contract/changes/person.ts";
import { MusterError } from "../../errors/errors.ts";
import { signaturesCount, type Voting, whoSigned } from "../votes/verify.ts";
import type { Ballot, Refusal } from "./approvals.ts";

/** An older signature means a delayed answer or a wrong clock on the voter's machine. */
const FRESH_MS = 300_000;

/** The answer as the executor will count it. A no needs no signature, because it can only prevent an execution. */
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
  // A signature does not give a vote to a key that has none.
  const votes = ballot.role === "operator" || ballot.role === "admin";
  return { approval: asked, ballot: votes ? { ...ballot, role: signed.by.role } : ballot };
}

type AskVoting = (() => Voting) | undefined;

/**
 * The voters for checking an answer, or undefined for a no when the list cannot be read: a no counts without it. For
 * a yes, an unreadable list throws.
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
 * True if a yes must be signed. An unreadable list also means true: no unsigned yes counts then, but people can still
 * see what is pending.
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

/** Removes votes without a valid signature, so that people who voted before signatures were required can vote again. */
const withoutUnsigned = (approval: Approval, { voters }: Voting, now: Date): Approval => ({
  ...approval,
  votes: approval.votes.filter((vote) => vote.answer === "deny" || "by" in whoSigned(approval, vote, voters, now)),
});
