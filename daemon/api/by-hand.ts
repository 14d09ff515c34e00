/**
 * Turns a manual action into a proposal. Before anything happens, control makes a plan from the proposal and hashes it,
 * and the policy decides about the plan.
 */
import { WaitsForApproval } from "../changes/approvals/waiting.ts";
import type { Proposal } from "../contract/changes/plan.ts";
import type { Deed } from "../machines/acts/requester.ts";
import { isInService } from "../machines/in-service.ts";
import { type GovernApi, whoIs } from "./changes/changes.ts";
import type { RequesterOf } from "./requester.ts";

export const byHand =
  (desk: Pick<GovernApi["desk"], "byHand">): RequesterOf =>
  ({ caller, begin }, field = "node") => ({
    name: caller.name,
    permit: ({ tool, parameters = {}, nodes, typed, secret }: Deed) => {
      const proposal: Proposal = {
        goal: { kind: "tool", tool, parameters },
        targets: (nodes ?? []).map(({ name }) => name),
        reason: "",
        readOnly: false,
        tainted: false,
      };
      const hand = { confirmed: nodes?.length === 1 && typed === nodes[0]?.name, inService: nodes?.some(isInService) ?? false };
      const ask = () => desk.byHand(proposal, { ...whoIs(caller), byHand: hand }, field);
      begin(() => (nodes?.length === 0 ? undefined : secret === undefined ? ask() : withSecret(secret, ask)));
    },
  });

/** Adds the secret to the answer for the requester. The plan, the audit and the other people do not get the secret. */
function withSecret<T>(secret: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof WaitsForApproval && error.code === "APPROVAL_NEEDED") error.secret = secret;
    throw error;
  }
}
