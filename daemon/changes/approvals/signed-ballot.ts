/**
 * Control's early look at a signed answer, so that a person hears at once what will not count. Nothing relies on it: the
 * executor looks for itself.
 */
import type { Approval } from "../../contract/changes/approval.ts";
import { samePerson } from "../../contract/changes/person.ts";
import { MusterError } from "../../errors/errors.ts";
import { signaturesCount, type Voting, whoSigned } from "../votes/verify.ts";
import type { Ballot, Refusal } from "./approvals.ts";

/** Older than this when it comes, an answer was kept back, or the voter's clock is wrong. */
const FRESH_MS = 300_000;

/** The answer as it will be counted. A no needs no signature: it can only keep something from being done. */
export function asSigned(approval: Approval, ballot: Ballot, voting: Voting, now: Date): { approval: Approval; ballot: Ballot } | Refusal {
  if (!signaturesCount(voting)) return { approval, ballot };
  const asked = withoutUnsigned(approval, voting, now);
  if (ballot.answer === "deny") return { approval: asked, ballot };
  if (!ballot.signature)
    return {
      refused: "only a signed yes counts here: say it with `muster approve` where your voter's key is (`muster voter keygen` makes one)",
    };
  const signed = whoSigned(approval, ballot, voting.voters, now);
  if ("unsigned" in signed) return { refused: `only a signed yes counts here, and ${signed.unsigned}` };
  if (!samePerson(signed.by.name, ballot.by)) return { refused: `${signed.by.name} signed it, and the API key is ${ballot.by}'s` };
  if (now.getTime() - Date.parse(signed.at) > FRESH_MS)
    return { refused: `it was signed at ${signed.at}: answer again; is the clock of that machine right?` };
  // A key that has no vote gets none by a signature.
  const votes = ballot.role === "operator" || ballot.role === "admin";
  return { approval: asked, ballot: votes ? { ...ballot, role: signed.by.role } : ballot };
}

type AskVoting = (() => Voting) | undefined;

/** Nothing for a no where the list of voters cannot be read: a no counts whoever is in it. A yes fails there. */
export function votingFor({ answer }: Pick<Ballot, "answer">, voting: AskVoting): Voting | undefined {
  try {
    return voting?.();
  } catch (error) {
    if (answer === "approve" || !isUnreadable(error)) throw error;
    return undefined;
  }
}

/** Whether a yes has to be signed. By a list that nobody can read none counts without, and people still look at what waits. */
export function wantsSignatures(voting: AskVoting): boolean {
  try {
    return voting !== undefined && signaturesCount(voting());
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return true;
  }
}

const isUnreadable = (error: unknown): boolean => error instanceof MusterError && error.code === "VOTERS_INVALID";

/** Who answered before signatures counted may answer again. */
const withoutUnsigned = (approval: Approval, { voters }: Voting, now: Date): Approval => ({
  ...approval,
  votes: approval.votes.filter((vote) => vote.answer === "deny" || "by" in whoSigned(approval, vote, voters, now)),
});
