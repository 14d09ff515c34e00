/** Describes a plan for the person who approves it. Pure. */
import type { Plan, PlannedWork, PlanStep } from "../../../daemon/contract/changes/plan.ts";
import type { Risk } from "../../../daemon/contract/changes/tool.ts";
import { lengthOf } from "../parts/time/relative-time.ts";

type PreviewKind = PlanStep["preview"]["kind"];

export const riskTone: Record<Risk, string> = { read: "muted", write: "attention", delete: "bad" };

export const riskMeaning: Record<Risk, string> = {
  read: "read only",
  write: "makes a change that can be undone",
  delete: "destroys something permanently",
};

export const previewWord: Record<PreviewKind, string> = {
  exact: "exact",
  check: "by trial run",
  none: "none",
};

export const previewMeaning: Record<PreviewKind, string> = {
  exact: "The executor runs exactly the displayed command.",
  check: "The command is known. Only a run in check mode shows the changes that the command makes.",
  none: "The effect is unknown before the execution.",
};

export function coverageText({ plan, coverage }: Pick<PlannedWork, "plan" | "coverage">): string {
  const known = plan.steps.filter(({ preview }) => preview.kind !== "none").length;
  const all = plan.steps.length;
  if (all === 0) return "No steps";
  return `${Math.round(coverage * 100)} % previewed: ${known} of ${all} ${all === 1 ? "step" : "steps"}`;
}

/** Steps on different nodes may run at the same time, so the sum is an upper bound. */
export const expectedText = (steps: readonly PlanStep[]): string =>
  `about ${lengthOf(1000 * Math.ceil(steps.reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0)))}`;

export const limitText = ({ expectedSeconds, timeoutSeconds }: PlanStep): string =>
  `about ${lengthOf(expectedSeconds * 1000)}, at most ${lengthOf(timeoutSeconds * 1000)}`;

export const costText = (steps: readonly PlanStep[]): string | undefined => {
  const cost = steps.reduce((sum, { costUsd }) => sum + costUsd, 0);
  return cost > 0 ? `about $${cost.toFixed(2)}` : undefined;
};

const worstRisk = (steps: readonly PlanStep[]): Risk =>
  steps.some(({ risk }) => risk === "delete") ? "delete" : steps.some(({ risk }) => risk === "write") ? "write" : "read";

export interface Confirmation {
  /** The text that the voter has to type. */
  word: string;
  why: string;
}

/**
 * Returns the confirmation for a plan that erases data, or for a tainted plan (its proposer has read untrusted text). The
 * voter types the target.
 */
export function confirmationFor({ steps, targets, goal, tainted }: Plan): Confirmation | undefined {
  const destroys = worstRisk(steps) === "delete";
  if (!destroys && !tainted) return undefined;
  const [first, ...more] = targets;
  const word =
    first === undefined ? (goal.kind === "tool" ? goal.tool : goal.runbook) : more.length === 0 ? first.node : `${targets.length} nodes`;
  const reasons = [
    ...(destroys ? ["It destroys something permanently."] : []),
    ...(tainted
      ? [
          "Before this request, the requester had read untrusted text, such as output or logs of machines. The untrusted text may have caused the request.",
        ]
      : []),
  ];
  return { word, why: reasons.join(" ") };
}
