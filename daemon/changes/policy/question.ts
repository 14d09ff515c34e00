/** Converts one step of a plan into a Cedar request. */
import type { AuthorizationCall, EntityJson } from "@cedar-policy/cedar-wasm/nodejs";
import type { Role } from "../../contract/admin/key.ts";
import type { ByHand, Plan, PlanStep } from "../../contract/changes/plan.ts";
import type { ApprovalMode, ProdByHand } from "./approval-mode.ts";

/** The requester with key, name and role. If the requester is an agent, `onBehalfOf` is the person that the agent acts for. */
export interface Who {
  keyId: string;
  name: string;
  role: Role;
  onBehalfOf?: string | undefined;
  /** Present if the requester performs the action immediately, as part of the current request. */
  byHand?: ByHand | undefined;
}

export interface AskedStep {
  plan: Plan;
  step: PlanStep;
  rollback: boolean;
  who: Who;
  approvalMode: ApprovalMode;
  prodByHand: ProdByHand;
}

/**
 * The tools that only stop or revoke something. Nothing may delay them, so no approval mode requires a second person for them as
 * manual actions.
 */
const stops: ReadonlySet<string> = new Set(["disarm", "job_cancel", "quarantine_discard", "token_revoke"]);

export type PolicyQuestion = Pick<AuthorizationCall, "principal" | "action" | "resource" | "context" | "entities">;

const of = (type: string, id: string) => ({ type: `Muster::${type}`, id });
const reference = (type: string, id: string) => ({ __entity: of(type, id) });

/**
 * `withName` is false if no rule distinguishes between nodes. Without node names, one Cedar request is enough for many
 * equal steps.
 */
export function questionFor(
  { plan, step, rollback, who, approvalMode, prodByHand }: AskedStep,
  approved: boolean,
  withName: boolean,
): PolicyQuestion {
  const principal = of("Key", who.keyId);
  const resource = step.target === undefined ? of("Executor", "executor") : of("Node", withName ? step.target : "any");
  const entities: EntityJson[] = [
    {
      uid: principal,
      attrs: {
        name: who.name,
        role: reference("Role", who.role),
        ...(who.onBehalfOf !== undefined && { onBehalfOf: who.onBehalfOf }),
      },
      parents: [],
    },
    { uid: resource, attrs: { scope: reference("Scope", step.scope) }, parents: [] },
    {
      uid: of("Parameters", "of this step"),
      attrs: {},
      parents: [],
      tags: Object.fromEntries(Object.entries(step.parameters).map(([name, value]) => [name, String(value)])),
    },
  ];
  const context = {
    approved,
    tainted: plan.tainted,
    readOnly: plan.readOnly,
    rollback,
    tool: step.tool,
    method: reference("Method", step.method),
    parameters: reference("Parameters", "of this step"),
    nodes: plan.targets.length,
    costCents: Math.ceil(plan.steps.reduce((sum, { costUsd }) => sum + costUsd, 0) * 100),
    approvalMode: reference("ApprovalMode", approvalMode),
    unlabelled: step.unlabelled === true,
    choosesHosts: step.choosesHosts === true,
    stops: stops.has(step.tool),
    freeByHand: step.unlabelled === true || prodByHand === "allow",
    ...(who.byHand && { byHand: { ...who.byHand } }),
  };
  return { principal, action: of("Action", step.risk), resource, context, entities };
}
