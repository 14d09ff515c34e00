/**
 * Makes the text that a voter signs. The text covers everything that must not change between the vote and the
 * execution. The functions of this file are pure.
 */
import type { Approval, Vote, VoteSignature } from "../../contract/changes/approval.ts";
import { canonical } from "../tools/canonical.ts";

/** The signed parts of an approval: the plan, its preview, the policy, the requester, and the deadlines. */
export type VoteQuestion = Pick<
  Approval,
  "id" | "planHash" | "previewHash" | "targetsHash" | "policyVersion" | "requestedBy" | "onBehalfOf" | "decideBy" | "executeSeconds"
>;

/** The first line states that the text is a vote, so the signature is not valid for any other purpose. */
export function statementOf(question: VoteQuestion, answer: Vote["answer"], { voter, at }: Pick<VoteSignature, "voter" | "at">): string {
  const { id, planHash, previewHash, targetsHash, policyVersion, requestedBy, onBehalfOf, decideBy, executeSeconds } = question;
  const signed = {
    approvalId: id,
    planHash,
    previewHash,
    targetsHash,
    policyVersion,
    requestedBy,
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    decideBy,
    executeSeconds,
    answer,
    voter,
    at,
  };
  return `muster vote 1\n${canonical(signed)}\n`;
}
