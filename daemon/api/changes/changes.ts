/** Defines the routes about proposals, plans, approvals and executions. The area `changes` makes the decisions. */

import type { Changes } from "../../changes/changes.ts";
import type { Who } from "../../changes/policy/policy.ts";
import type { RunbookSearch } from "../../contract/changes/incident.ts";
import type { FoundRunbooks, Offer } from "../../contract/changes/offer.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import type { ApprovalStore } from "../../store/changes/approvals.ts";
import type { ExecutionStore } from "../../store/changes/executions.ts";
import type { Caller } from "../auth.ts";
import type { Mount } from "../mount.ts";

export interface GovernApi {
  desk: Pick<Changes, "propose" | "execute" | "vote" | "cancel" | "resume" | "plan" | "approval" | "execution" | "byHand" | "withdraw">;
  approvals: ApprovalStore;
  executions: ExecutionStore;
  offer(): Offer;
  findRunbooks(search: RunbookSearch): FoundRunbooks;
}

export function governApi(mount: Mount, { desk, approvals, executions, offer, findRunbooks }: GovernApi): void {
  mount(routes.listTools, () => offer());
  mount(routes.searchRunbooks, (search) => findRunbooks(search));
  mount(routes.propose, ({ dryRun, ...proposal }, { caller, request }) =>
    desk.propose(proposal, whoIs(caller), { dryRun, idempotencyKey: idempotencyKey(request.headers) }),
  );
  mount(routes.getPlan, ({ id }) => desk.plan(id));
  mount(routes.listApprovals, ({ state, limit }) => approvals.list(limit, state));
  mount(routes.getApproval, ({ id }) => desk.approval(id));
  mount(routes.voteApproval, ({ id, ...answer }, { caller }) => desk.vote(id, answer, whoIs(caller)));
  mount(routes.withdrawApproval, ({ id }, { caller }) => desk.withdraw(id, whoIs(caller)));
  mount(routes.listExecutions, ({ limit }) => executions.list(limit));
  mount(routes.getExecution, ({ id }) => desk.execution(id));
  mount(routes.resumeExecution, ({ id, ...wish }, { caller }) => desk.resume(id, wish, whoIs(caller)));
  mount(routes.cancelExecution, ({ id }, { caller }) => desk.cancel(id, whoIs(caller)));
}

/**
 * Returns the identity of the caller for the area `changes`. The owner of the key identifies a person, so two
 * keys of one person have one vote.
 */
export const whoIs = ({ keyId, owner, role, onBehalfOf }: Caller): Who => ({
  keyId,
  name: owner,
  role,
  ...(onBehalfOf !== undefined && { onBehalfOf }),
});

export function idempotencyKey(headers: Record<string, string | string[] | undefined>): string | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key !== "string" || !/^[\x21-\x7e]{1,200}$/.test(key))
    throw new MusterError("REQUEST_INVALID", "idempotency-key: is not 1 to 200 printable characters");
  return key;
}
