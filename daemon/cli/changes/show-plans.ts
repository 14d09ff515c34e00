/** Formats plans, approvals and executions for a terminal, and follows an execution. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Approval, ApprovalState } from "../../contract/changes/approval.ts";
import type { Proposed } from "../../contract/changes/change-routes.ts";
import type { Execution, ExecutionStatus, Interruption, StepResult, StepStatus } from "../../contract/changes/execution.ts";
import type { PlannedWork, PlanStep } from "../../contract/changes/plan.ts";
import type { Client } from "../../contract/client.ts";
import { CommandFailure } from "../failure.ts";
import { patiently } from "../patience.ts";
import { ago, clean, paint, table } from "../print.ts";

export function showPlan({ work, dryRun, approval, execution }: Proposed): string {
  const { plan, decision, coverage } = work;
  return [
    `${clean(plan.summary)}${work.reason === "" ? "" : ` (${clean(work.reason)})`}`,
    `  ${plan.steps.length} ${plan.steps.length === 1 ? "step" : "steps"}, ${Math.round(coverage * 100)} % of them can be predicted; hash ${work.hash.slice(0, 12)}`,
    "",
    showSteps(plan.steps),
    ...(plan.rollback.length > 0
      ? ["", "If a step fails, the steps before it are undone:", showSteps(plan.rollback.map(({ step }) => step))]
      : []),
    "",
    `${answered(decision.answer)} by the rule ${decision.rule}`,
    ...decision.reasons.slice(0, 5).map((reason) => `  ${clean(reason)}`),
    ...(decision.quorum.length > 0 ? [`  it needs the approval of ${quorumText(decision.quorum)}`] : []),
    "",
    dryRun ? "This was a dry run. Nothing was done, and nothing waits." : standing({ work, dryRun, approval, execution }),
  ].join("\n");
}

function showSteps(steps: readonly PlanStep[]): string {
  return table(
    [{ title: "STEP" }, { title: "TOOL" }, { title: "ON" }, { title: "RISK" }, { title: "WHAT IT DOES", least: 20 }],
    steps.map(({ id, tool, target = "", risk, preview }) => [id, tool, target, risk, preview.text]),
  );
}

const answered = (answer: PlannedWork["decision"]["answer"]): string =>
  answer === "allow" ? paint("green", "Allowed") : answer === "deny" ? paint("red", "Denied") : paint("yellow", "Needs approval");

const quorumText = (quorum: PlannedWork["decision"]["quorum"]): string =>
  quorum.map(({ role, count }) => `${count} ${count === 1 ? "person" : "people"} of the role ${role}`).join(" and ");

/** Returns the state of a proposal, and the command to run next. */
export function standing({ work, approval, execution }: Proposed): string {
  if (execution)
    return `Execution ${execution.id} is ${paintedStatus(execution.status)}. Watch it: muster execution ${execution.id} --follow`;
  if (!approval) return `It was ${work.decision.answer === "deny" ? "refused" : "not started"}.`;
  if (approval.state !== "pending") return `Approval ${approval.id} is ${approval.state}.`;
  return `It waits for approval until ${local(approval.decideBy)}. Another person decides: muster approve ${approval.id}`;
}

export function showApprovals(approvals: readonly Approval[], works: ReadonlyMap<string, PlannedWork>): string {
  if (approvals.length === 0) return "No plan waits for approval.";
  return table(
    [
      { title: "ID" },
      { title: "STATE", paint: (cell, row) => paintedApproval(approvals[row]?.state, cell) },
      { title: "REQUESTED BY" },
      { title: "UNTIL" },
      { title: "VOTES" },
      { title: "WHAT", least: 20 },
    ],
    approvals.map(({ id, state, requestedBy, decideBy, executeBy, votes, planId }) => [
      id,
      state,
      requestedBy,
      local(executeBy ?? decideBy),
      votes.map(({ by, answer }) => `${by} ${answer === "approve" ? "yes" : "no"}`).join(", "),
      works.get(planId)?.plan.summary ?? "",
    ]),
  );
}

export function showExecutions(executions: readonly Execution[]): string {
  if (executions.length === 0) return "There are no executions yet. Start one: muster do disk_usage --on all";
  return table(
    [
      { title: "ID" },
      { title: "STATUS", paint: (_, row) => paintedStatus(executions[row]?.status ?? "unknown") },
      { title: "STEPS" },
      { title: "REQUESTED BY" },
      { title: "REQUESTED" },
      { title: "ERROR", least: 12 },
    ],
    executions.map(({ id, status, steps, requestedBy, createdAt, error = "" }) => [
      id,
      status,
      `${steps.filter((step) => step.status === "succeeded").length}/${steps.length}`,
      requestedBy,
      ago(createdAt),
      error,
    ]),
  );
}

export function showExecution(execution: Execution, { plan }: PlannedWork): string {
  return [
    `${execution.id}: ${paintedStatus(execution.status)}`,
    `  ${clean(plan.summary)}, requested by ${clean(execution.requestedBy)} ${ago(execution.createdAt)}`,
    ...(execution.error === undefined ? [] : [`  ${clean(execution.error)}`]),
    ...(execution.interruption ? showInterruption(execution.id, execution.interruption) : []),
    "",
    ...execution.steps.map((step) => showStep(step, plan)),
  ].join("\n");
}

/** Shows what was done and what was not, and the command to run next. */
function showInterruption(id: string, { done, cutOff, notBegun, failed, resume, from, reason }: Interruption): string[] {
  const lists: [string, string[]][] = [
    ["done", done],
    ["failed", failed],
    ["cut off, may have taken effect", cutOff],
    ["not begun", notBegun],
  ];
  const next = {
    command: `Resume it at step ${from}: muster execution ${id} --resume`,
    person: `It waits for a person: ${clean(reason)}.\nCheck the nodes. Then: muster execution ${id} --resume --checked`,
    never: `It cannot be resumed: ${clean(reason)}.`,
  }[resume];
  return ["", "Interrupted. Its steps:", ...lists.flatMap(([what, ids]) => (ids.length > 0 ? [`  ${what}: ${ids.join(", ")}`] : [])), next];
}

export function showStep(step: StepResult, { steps, rollback }: PlannedWork["plan"]): string {
  const undone = rollback.find((each) => each.step.id === step.id)?.step;
  const planned = undone ?? steps.find(({ id }) => id === step.id);
  const where = step.target === undefined ? "" : ` on ${step.target}`;
  const head = `${step.id} ${undone ? "undo: " : ""}${planned?.tool ?? ""}${where}: ${paintedStep(step.status)}`;
  const said = (step.output ?? "").trimEnd();
  return [
    step.error === undefined ? head : `${head}: ${clean(step.error)}`,
    ...(said === "" ? [] : said.split("\n").map((line) => `  ${clean(line)}`)),
  ].join("\n");
}

/**
 * Shows the result of each step as it ends, until the execution has ended. Waits while the approval of the plan is pending.
 * Returns the exit code.
 */
export async function followPlan(client: Client, planId: string, json: boolean): Promise<number> {
  let interrupted = false;
  const note = () => {
    interrupted = true;
  };
  process.once("SIGINT", note);
  const shown = new Set<string>();
  let last: Execution | undefined;
  let waits = false;
  for (;;) {
    const answer = await patiently(
      `plan ${planId}`,
      () => client.getPlan({ id: planId }),
      () => interrupted,
    );
    last = answer?.execution ?? last;
    if (answer === undefined || interrupted) throw detached(planId, last);
    const { work, approval, execution } = answer;
    if (approval?.state === "pending" && !waits && !json) process.stdout.write(`${standing({ work, dryRun: false, approval })}\n`);
    waits ||= approval?.state === "pending";
    for (const step of execution?.steps ?? []) {
      if (shown.has(step.id) || step.status === "pending" || step.status === "running") continue;
      shown.add(step.id);
      process.stdout.write(json ? `${JSON.stringify(step)}\n` : `${showStep(step, work.plan)}\n`);
    }
    const ended = execution ? execution.endedAt !== undefined : approval !== undefined && !["pending", "approved"].includes(approval.state);
    if (ended) {
      process.off("SIGINT", note);
      process.stdout.write(json ? `${JSON.stringify(execution ?? approval)}\n` : `\n${ending(execution, approval)}\n`);
      return execution?.status === "succeeded" ? 0 : 1;
    }
    await sleep(300);
  }
}

function ending(execution: Execution | undefined, approval: Approval | undefined): string {
  if (!execution) return `Its approval is ${approval?.state ?? "missing"}: nothing was done.`;
  return `${paintedStatus(execution.status)}${execution.error === undefined ? "" : `: ${clean(execution.error)}`}`;
}

const detached = (planId: string, execution: Execution | undefined) =>
  new CommandFailure(
    "INTERRUPTED",
    execution ? `execution ${execution.id} continues in the background` : `plan ${planId} still waits for approval`,
    execution ? `To stop it: \`muster execution ${execution.id} --cancel\`.` : `To see it: \`muster plan ${planId}\`.`,
  );

const good: readonly string[] = ["succeeded", "approved", "used"];
const bad: readonly string[] = ["failed", "partial", "timed-out", "refused", "rolled-back", "denied", "dropped", "expired", "withdrawn"];
const painted = (word: string, text = word): string =>
  good.includes(word) ? paint("green", text) : bad.includes(word) ? paint("red", text) : paint("yellow", text);
const paintedStatus = (status: ExecutionStatus): string => painted(status);
const paintedStep = (status: StepStatus): string => painted(status);
const paintedApproval = (state: ApprovalState | undefined, text: string): string => painted(state ?? "", text);

/** Formats an instant in the local time zone, while the output of --json uses UTC. */
const local = (instant: string): string => new Date(instant).toLocaleString("sv-SE");
