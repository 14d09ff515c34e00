/** Leads what a person does by a command or a click onto the road: planned, hashed and decided before anything happens. */

import type { Proposal } from "../../contract/changes/plan.ts";
import { STEP_HEADER } from "../../contract/executor-protocol.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Deed, Requester } from "../../machines/acts/requester.ts";
import { isInService } from "../../machines/in-service.ts";
import type { Begin } from "../audit/auditing.ts";
import type { Caller } from "../auth.ts";
import { type GovernApi, whoIs } from "./changes.ts";

export type ByHandApi = Pick<GovernApi, "desk">;

interface Asking {
  caller: Caller;
  request: { headers: Record<string, string | string[] | undefined> };
  begin: Begin;
}

/** What the executor says it carries out, true or not. */
export function stepNamed({ headers }: Asking["request"]): string | undefined {
  const named = headers[STEP_HEADER];
  return named === undefined ? undefined : [named].flat().join();
}

/**
 * The caller of a route as the requester of an act. Its permission asks the policy: it throws if the policy denies the act, and if
 * people are asked first. The executor's own request, with its header, was decided before. `field` is what the route calls its nodes.
 */
export const byHand = ({ desk }: ByHandApi, { caller, request, begin }: Asking, field: "node" | "nodes" = "node"): Requester => ({
  name: caller.name,
  permit: ({ tool, parameters = {}, nodes, typed }: Deed) => {
    const proposal: Proposal = {
      goal: { kind: "tool", tool, parameters },
      targets: nodes.map(({ name }) => name),
      reason: "",
      readOnly: false,
      tainted: false,
    };
    const step = stepNamed(request);
    const hand = { confirmed: nodes.length === 1 && typed === nodes[0]?.name, inService: nodes.some(isInService) };
    const who = whoIs(caller);
    begin(() => {
      if (step !== undefined) return desk.carryOut(step, proposal, hand, who);
      return naming(field, () => desk.byHand(proposal, { ...who, byHand: hand }));
    });
  },
});

/** A proposal's nodes are its targets; whoever asked the route has sent nothing of that name. */
function naming<T>(field: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof MusterError && error.message.startsWith(TARGETS))
      throw new MusterError(error.code, `${field}: ${error.message.slice(TARGETS.length)}`);
    throw error;
  }
}

const TARGETS = "targets: ";
