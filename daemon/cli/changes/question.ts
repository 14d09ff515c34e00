/**
 * Shows a voter everything that the signature covers, in full and without hidden characters. Remarks are shown
 * separately if the signature does not cover them.
 */
import type { Approval } from "../../contract/changes/approval.ts";
import type { Plan, PlannedWork, PlanStep, Target } from "../../contract/changes/plan.ts";

export function showQuestion(approval: Approval, { plan, decision, reason }: PlannedWork): string {
  const { requestedBy, onBehalfOf, decideBy, executeSeconds } = approval;
  const steps = (list: readonly PlanStep[]) => list.flatMap((step) => shownStep(step, plan));
  return [
    `${visible(requestedBy)}${onBehalfOf === undefined ? "" : `, for ${visible(onBehalfOf)},`} asks:`,
    visible(plan.summary),
    ...(plan.tainted ? ["The proposer had read content from an untrusted source."] : []),
    "",
    ...steps(plan.steps),
    ...(plan.rollback.length > 0
      ? ["If a step fails, the steps before it are undone:", ...steps(plan.rollback.map(({ step }) => step))]
      : []),
    "On these machines:",
    ...plan.targets.map(({ node, nodeId, ...place }) => `  ${node}: ${placed(place)}, known as ${visible(nodeId)}`),
    "",
    `Answer by ${decideBy}. It may start within ${executeSeconds} s after the last approval.`,
    `Approval ${approval.id}, plan ${approval.planHash}`,
    "",
    "Remarks of the daemon, which your signature does not cover:",
    ...(reason === "" ? [] : [`  reason of the request: ${visible(reason)}`]),
    `  ${decision.answer} by the rule ${visible(decision.rule)}`,
    ...decision.reasons.map((each) => `  ${visible(each)}`),
  ].join("\n");
}

function shownStep({ id, tool, target, parameters, preview, content, ...step }: PlanStep, { targets }: Plan): string[] {
  const place = targets.find(({ node }) => node === target);
  const where = target === undefined ? "" : ` on ${target} (${place ? placed(place) : "no target of the plan"})`;
  const after = step.after.length > 0 ? `, after ${step.after.map(visible).join(", ")}` : "";
  return [
    `Step ${id}: ${tool}${where}`,
    `  risk ${step.risk}, scope ${step.scope}, by ${step.method}, at most ${step.timeoutSeconds} s${after}`,
    `  parameters: ${visible(JSON.stringify(parameters))}`,
    ...(content === undefined ? [] : [`  content: ${content}`]),
    `  ${previewWords[preview.kind]}: ${visible(preview.text)}`,
  ];
}

const placed = ({ scope, address }: Pick<Target, "scope" | "address">): string =>
  `${scope}, ${address === undefined ? "no address" : visible(address)}`;

const previewWords = { exact: "does", check: "a dry run can predict", none: "only the step itself can show" } as const;

/** Replaces invisible characters with visible text: control characters, changes of writing direction, and long runs of spaces. */
const visible = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (hidden) => `<U+${(hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`)
    .replace(/[\p{Zs}\u2800\u3164]{4,}/gu, (run) => `<${run.length} spaces>`);
