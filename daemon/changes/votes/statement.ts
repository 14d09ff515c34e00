/** The text that a voter signs. It covers everything that must not change between the vote and the execution. Pure. */
import type { Approval, Vote, VoteSignature } from "../../contract/changes/approval.ts";
import { canonical } from "../tools/canonical.ts";

/** The signed parts of an approval: the plan, its preview, the policy, the requester, and both deadlines. */
export type VoteQuestion = Pick<
  Approval,
  "id" | "planHash" | "previewHash" | "targetsHash" | "policyVersion" | "requestedBy" | "onBehalfOf" | "decideBy" | "executeSeconds"
>;

/** The first line binds the signature to this purpose, so that it is not valid as a signature of another kind. */
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
