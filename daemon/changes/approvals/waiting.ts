/**
 * The error for a manual action that needs approval first. The action was not performed, and the error names the next
 * command.
 */
import type { Approval } from "../../contract/changes/approval.ts";
import type { PlannedWork } from "../../contract/changes/plan.ts";
import { MusterError } from "../../errors/errors.ts";

export class WaitsForApproval extends MusterError {
  readonly approvalId: string;
  /** A token that is valid only after the approval. Only the answer to the requester contains it. */
  secret: string | undefined;

  constructor({ id, decision }: PlannedWork, approval: Approval) {
    const pending = approval.state === "pending";
    super(
      pending ? "APPROVAL_NEEDED" : "UNDER_WAY",
      pending
        ? `waits for approval, by the rule ${decision.rule}: muster approve ${approval.id}`
        : `was requested before and is ${approval.state}: muster plan ${id}`,
    );
    this.approvalId = approval.id;
  }
}
