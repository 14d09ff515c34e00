/** A question as whoever signs their answer has to see it: nothing cut to the terminal, nothing that hides, and apart from it what no signature covers. */
import type { Approval } from "../../contract/changes/approval.ts";
import type { Plan, PlannedWork, PlanStep, Target } from "../../contract/changes/plan.ts";

export function showQuestion(approval: Approval, { plan, decision, reason }: PlannedWork): string {
  const { requestedBy, onBehalfOf, decideBy, executeSeconds } = approval;
  const steps = (list: readonly PlanStep[]) => list.flatMap((step) => shownStep(step, plan));
  return [
    `${visible(requestedBy)}${onBehalfOf === undefined ? "" : `, for ${visible(onBehalfOf)},`} asks:`,
    visible(plan.summary),
    ...(plan.tainted ? ["It was proposed by who had read what nobody vouches for."] : []),
    "",
    ...steps(plan.steps),
    ...(plan.rollback.length > 0
      ? ["Should a step fail, those done before are taken back:", ...steps(plan.rollback.map(({ step }) => step))]
      : []),
    "On these machines:",
    ...plan.targets.map(({ node, nodeId, ...place }) => `  ${node}: ${placed(place)}, known as ${visible(nodeId)}`),
    "",
    `To be answered by ${decideBy}. It may be begun for ${executeSeconds} s after the last yes.`,
    `Approval ${approval.id}, plan ${approval.planHash}`,
    "",
    "What the daemon says besides, which is not signed:",
    ...(reason === "" ? [] : [`  asked because: ${visible(reason)}`]),
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
    `  ${foretold[preview.kind]}: ${visible(preview.text)}`,
  ];
}

const placed = ({ scope, address }: Pick<Target, "scope" | "address">): string =>
  `${scope}, ${address === undefined ? "no address" : visible(address)}`;

const foretold = { exact: "does", check: "a run that changes nothing can tell", none: "only the step itself can tell" } as const;

/** What is not seen is said: control characters, what turns the writing round, and spaces enough to push the end out of sight or onto a line of its own. */
const visible = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (hidden) => `<U+${(hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`)
    .replace(/[\p{Zs}\u2800\u3164]{4,}/gu, (run) => `<${run.length} spaces>`);
