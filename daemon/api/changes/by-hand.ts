/** Leads what a person does by a command or a click onto the road: planned, hashed and decided before anything happens. */

import type { Proposal } from "../../contract/changes/plan.ts";
import type { Deed, Requester } from "../../machines/acts/requester.ts";
import { isInService } from "../../machines/in-service.ts";
import type { Begin } from "../audit/auditing.ts";
import type { Caller } from "../auth.ts";
import { type GovernApi, whoIs } from "./changes.ts";

export type ByHandApi = Pick<GovernApi, "desk">;

/**
 * The caller of a route as the requester of an act. Its permission asks the policy: it throws if the policy denies the act, and if
 * people are asked first. `field` is what the route calls its nodes.
 */
export const byHand = (
  { desk }: ByHandApi,
  { caller, begin }: { caller: Caller; begin: Begin },
  field: "node" | "nodes" = "node",
): Requester => ({
  name: caller.name,
  permit: ({ tool, parameters = {}, nodes, typed }: Deed) => {
    const proposal: Proposal = {
      goal: { kind: "tool", tool, parameters },
      targets: nodes.map(({ name }) => name),
      reason: "",
      readOnly: false,
      tainted: false,
    };
    const hand = { confirmed: nodes.length === 1 && typed === nodes[0]?.name, inService: nodes.some(isInService) };
    begin(() => desk.byHand(proposal, { ...whoIs(caller), byHand: hand }, field));
  },
});
