/** A plan in words for whoever has to answer for it. Pure. */
import type { Plan, PlannedWork, PlanStep } from "../../../daemon/contract/changes/plan.ts";
import type { Risk } from "../../../daemon/contract/changes/tool.ts";
import { lengthOf } from "../parts/time/relative-time.ts";

type PreviewKind = PlanStep["preview"]["kind"];

export const riskTone: Record<Risk, string> = { read: "muted", write: "attention", delete: "bad" };

export const riskMeaning: Record<Risk, string> = {
  read: "only looks",
  write: "changes something that can be undone",
  delete: "destroys something for good",
};

export const previewWord: Record<PreviewKind, string> = {
  exact: "exactly this",
  check: "a trial run can tell",
  none: "not foretold",
};

export const previewMeaning: Record<PreviewKind, string> = {
  exact: "These very words are carried out, as they stand here.",
  check: "What is called is known; what it changes only a run in check mode can tell.",
  none: "What it will do is known only when it does it.",
};

export function coverageText({ plan, coverage }: Pick<PlannedWork, "plan" | "coverage">): string {
  const known = plan.steps.filter(({ preview }) => preview.kind !== "none").length;
  const all = plan.steps.length;
  if (all === 0) return "There is no step.";
  return `${Math.round(coverage * 100)} % foretold: ${known} of ${all} ${all === 1 ? "step" : "steps"}`;
}

/** Steps on different nodes may go on at once, so the sum is the longest it is expected to take. */
export const expectedText = (steps: readonly PlanStep[]): string =>
  `about ${lengthOf(1000 * Math.ceil(steps.reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0)))}`;

export const limitText = ({ expectedSeconds, timeoutSeconds }: PlanStep): string =>
  `about ${lengthOf(expectedSeconds * 1000)}, at most ${lengthOf(timeoutSeconds * 1000)}`;

export const costText = (steps: readonly PlanStep[]): string | undefined => {
  const cost = steps.reduce((sum, { costUsd }) => sum + costUsd, 0);
  return cost > 0 ? `about $${cost.toFixed(2)}` : undefined;
};

export const worstRisk = (steps: readonly PlanStep[]): Risk =>
  steps.some(({ risk }) => risk === "delete") ? "delete" : steps.some(({ risk }) => risk === "write") ? "write" : "read";

export interface SecondLook {
  /** What has to be typed. */
  word: string;
  why: string;
}

/** Before a yes that cannot be taken back, or to what machines had a say in: the target typed by hand. */
export function secondLook({ steps, targets, goal, tainted }: Plan): SecondLook | undefined {
  const destroys = worstRisk(steps) === "delete";
  if (!destroys && !tainted) return undefined;
  const [first, ...more] = targets;
  const word =
    first === undefined ? (goal.kind === "tool" ? goal.tool : goal.runbook) : more.length === 0 ? first.node : `${targets.length} nodes`;
  const reasons = [
    ...(destroys ? ["It destroys something for good."] : []),
    ...(tainted ? ["Whoever asked had read what nobody vouches for: output or logs of machines may have led them to it."] : []),
  ];
  return { word, why: reasons.join(" ") };
}
