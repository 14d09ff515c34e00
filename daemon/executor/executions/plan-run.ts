/**
 * Runs the steps of a plan in their order, a few of them in parallel. After a failure, no further step starts, and the
 * changes are undone.
 */

import { occupiedBy } from "../../changes/plans/occupied.ts";
import type { StepResult } from "../../contract/changes/execution.ts";
import type { PlanStep } from "../../contract/changes/plan.ts";
import type { NodeTurns } from "../node-turns.ts";
import type { StepEnd } from "../steps/ending.ts";
import { masked, maskedText } from "../steps/masking.ts";
import { type ExecutionEnd, endOfPlan, hasFailed, isUnsure, readySteps, undoing } from "./order.ts";
import type { ExecutionRecord } from "./record.ts";

export interface PlanRunParts {
  record: ExecutionRecord;
  turns: NodeTurns;
  perform(step: PlanStep): Promise<StepEnd>;
  secrets(): string[];
  /** Called after the result of a step was saved. */
  onStep(result: StepResult): void;
  signal: AbortSignal;
  /** True if this executor ends, so that it starts no further step. It still records the results of its steps. */
  isLeaving(): boolean;
  /** True if the next executor takes over the remaining steps, so that this executor records no result. */
  isAbandoned(): boolean;
}

const AT_ONCE = 3;
const ERROR_CHARACTERS = 4000;

/** Runs a plan and returns its result. Returns undefined if another executor takes over. */
export async function runPlan(parts: PlanRunParts): Promise<ExecutionEnd | undefined> {
  const { record, signal, isLeaving } = parts;
  const { plan } = record.begun;
  const atWork = new Map<PlanStep, Promise<void>>();
  for (;;) {
    const nodes = new Set([...atWork.keys()].flatMap(({ target }) => target ?? []));
    if (isLeaving()) return undefined;
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
  if (!signal.aborted && hasFailed(plan, record.results) && !isUnsure(plan, record.results)) await rollBack(parts);
  if (isLeaving()) return undefined;
  skipRest(parts);
  return endOfPlan(plan, record.results, signal.aborted ? "stopped" : undefined);
}

/** Undoes the steps, with the newest first. The rollback stops at the first failure. */
async function rollBack(parts: PlanRunParts): Promise<void> {
  const { record, signal } = parts;
  for (const step of undoing(record.begun.plan, record.results)) {
    if (signal.aborted || parts.isLeaving()) return;
    await runStep(step, parts);
    if (record.results.get(step.id)?.status !== "succeeded") return;
  }
}

async function runStep(step: PlanStep, parts: PlanRunParts): Promise<void> {
  const { record, turns, perform, secrets, onStep, signal, isLeaving, isAbandoned } = parts;
  const save = (result: StepResult) => {
    record.save(result);
    onStep(result);
  };
  const base = { id: step.id, ...(step.target !== undefined && { target: step.target }) };
  const occupied = occupiedBy(step);
  const endTurn = occupied === undefined ? () => undefined : await turns.take(occupied, step.risk !== "read", signal);
  if (!endTurn || signal.aborted || isLeaving()) {
    endTurn?.();
    return;
  }
  try {
    const startedAt = new Date().toISOString();
    // Saves the step before starting it. After a crash, a step without a recorded result may have been performed.
    save({ ...base, status: "running", startedAt });
    const ended = await perform(step);
    if (!isAbandoned()) save({ ...base, startedAt, ...resultOf(ended, secrets()) });
  } finally {
    endTurn();
  }
}

export function resultOf({ status, exitCode, said, error }: StepEnd, secrets: readonly string[]) {
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
