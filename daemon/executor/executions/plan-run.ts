/** Carries a plan out: in order, few steps at once, nothing further after a failure, and what succeeded taken back. */
import type { StepResult } from "../../contract/changes/execution.ts";
import type { PlanStep } from "../../contract/changes/plan.ts";
import type { NodeTurns } from "../node-turns.ts";
import type { StepEnd } from "../steps/ending.ts";
import { masked, maskedText } from "../steps/masking.ts";
import { hasFailed, isUnsure, type Outcome, outcomeOf, readySteps, undoing } from "./order.ts";
import type { PlanRecord } from "./record.ts";

export interface PlanRunParts {
  record: PlanRecord;
  turns: NodeTurns;
  perform(step: PlanStep): Promise<StepEnd>;
  secrets(): string[];
  /** After it was written down. */
  onStep(result: StepResult): void;
  signal: AbortSignal;
  /** Nothing more is begun or ended here: another executor takes it up. */
  isLetGo(): boolean;
}

const AT_ONCE = 3;
const ERROR_CHARACTERS = 4000;

/** Nothing when it was let go. */
export async function runPlan(parts: PlanRunParts): Promise<Outcome | undefined> {
  const { record, signal, isLetGo } = parts;
  const { plan } = record.begun;
  const atWork = new Map<PlanStep, Promise<void>>();
  for (;;) {
    const nodes = new Set([...atWork.keys()].flatMap(({ target }) => target ?? []));
    if (isLetGo()) return undefined;
    const next = signal.aborted || hasFailed(plan, record.results) ? [] : readySteps(plan, record.results, nodes);
    const fresh = next.filter((step) => !atWork.has(step)).slice(0, AT_ONCE - atWork.size);
    for (const step of fresh)
      atWork.set(
        step,
        runStep(step, parts).finally(() => atWork.delete(step)),
      );
    if (atWork.size === 0) break;
    await Promise.race(atWork.values());
  }
  if (!signal.aborted && hasFailed(plan, record.results) && !isUnsure(plan, record.results)) await takeBack(parts);
  if (isLetGo()) return undefined;
  skipRest(parts);
  return outcomeOf(plan, record.results, signal.aborted ? "stopped" : undefined);
}

/** Newest first; behind one that fails nothing is touched any more. */
async function takeBack(parts: PlanRunParts): Promise<void> {
  const { record, signal } = parts;
  for (const step of undoing(record.begun.plan, record.results)) {
    if (signal.aborted || parts.isLetGo()) return;
    await runStep(step, parts);
    if (record.results.get(step.id)?.status !== "succeeded") return;
  }
}

async function runStep(step: PlanStep, { record, turns, perform, secrets, onStep, signal, isLetGo }: PlanRunParts): Promise<void> {
  const save = (result: StepResult) => {
    record.save(result);
    onStep(result);
  };
  const base = { id: step.id, ...(step.target !== undefined && { target: step.target }) };
  const giveBack = step.target === undefined ? () => undefined : await turns.take(step.target, step.risk !== "read", signal);
  if (!giveBack || signal.aborted) {
    giveBack?.();
    return;
  }
  try {
    const startedAt = new Date().toISOString();
    // Before anything of it happens: whoever finds this and no end knows that it may have.
    save({ ...base, status: "running", startedAt });
    const ended = await perform(step);
    if (!isLetGo()) save({ ...base, startedAt, ...told(ended, secrets()) });
  } finally {
    giveBack();
  }
}

export function told({ status, exitCode, said, error }: StepEnd, secrets: readonly string[]) {
  const output = masked(said, secrets);
  return {
    status,
    endedAt: new Date().toISOString(),
    ...(exitCode !== undefined && { exitCode }),
    ...(output !== "" && { output }),
    ...(error !== undefined && { error: maskedText(error, secrets).slice(0, ERROR_CHARACTERS) }),
  };
}

export function skipRest({ record, onStep }: Pick<PlanRunParts, "record" | "onStep">): void {
  for (const { id, target } of record.begun.plan.steps) {
    if (record.results.has(id)) continue;
    const result: StepResult = { id, ...(target !== undefined && { target }), status: "skipped" };
    record.save(result);
    onStep(result);
  }
}
