/** What a voter signs: everything that must not become another between a person's answer and what is done. Pure. */
import type { Approval, Vote, VoteSignature } from "../../contract/changes/approval.ts";
import { canonical } from "../tools/canonical.ts";

/** What of an approval is signed: what is done and shown, under which rules, who asked for it, and its two clocks. */
export type VoteQuestion = Pick<
  Approval,
  "id" | "planHash" | "previewHash" | "targetsHash" | "policyVersion" | "requestedBy" | "onBehalfOf" | "decideBy" | "executeSeconds"
>;

/** Its first line keeps a signature from meaning something in any other place where such a key may sign. */
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
