/** Checks that the voter sees the plan that the approval is about. Computes the hashes again from the shown plan. */
import type { Approval } from "../../contract/changes/approval.ts";
import type { PlannedWork } from "../../contract/changes/plan.ts";
import { previewHashOf, targetsHashOf } from "../plans/digests.ts";
import { digestOf } from "../tools/canonical.ts";

export function isShown(approval: Approval, { id, plan, requestedBy, onBehalfOf }: PlannedWork): boolean {
  return (
    approval.planId === id &&
    approval.planHash === digestOf(plan) &&
    approval.previewHash === previewHashOf(plan) &&
    approval.targetsHash === targetsHashOf(plan) &&
    approval.requestedBy === requestedBy &&
    approval.onBehalfOf === onBehalfOf
  );
}
