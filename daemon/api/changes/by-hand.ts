/** Leads what somebody does by a command or a click onto the road: planned, hashed and decided before anything happens. */

import type { Proposal } from "../../contract/changes/plan.ts";
import type { Values } from "../../contract/changes/tool.ts";
import { STEP_HEADER } from "../../contract/executor-protocol.ts";
import type { Node } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import { isInService } from "../../machines/in-service.ts";
import type { Begin } from "../audit/auditing.ts";
import type { Caller } from "../auth.ts";
import { type GovernApi, whoIs } from "./changes.ts";

export interface Deed {
  tool: string;
  parameters?: Values;
  nodes: readonly Node[];
  /** What the route calls them in its request. */
  field?: "node" | "nodes";
  /** What was typed where the route asks for the node's name. */
  typed?: string | undefined;
}

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
 * Stands right before the effect, behind everything else that may keep it from happening. Throws where the policy denies it or
 * people are asked. The executor's own request, with its header, was decided before.
 */
export function byHand(
  { desk }: ByHandApi,
  { tool, parameters = {}, nodes, field = "node", typed }: Deed,
  { caller, request, begin }: Asking,
): void {
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
}

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
