/** What became of an execution whose executor was lost: its steps in flight are followed to their end where one can be known; none is begun. */
import type { StepResult } from "../../contract/changes/execution.ts";
import type { PlanStep } from "../../contract/changes/plan.ts";
import { takeUpChild } from "../steps/child.ts";
import type { Ended } from "../steps/ending.ts";
import { nothing } from "../steps/output.ts";
import type { StepMeans } from "../steps/perform.ts";
import { type Outcome, outcomeOf } from "./order.ts";
import { skipRest, told } from "./plan-run.ts";
import type { PlanRecord } from "./record.ts";

/** What such a step may say: its form is not asked any more. */
const CAP_BYTES = 64 * 1024;

export async function recoverPlan(
  record: PlanRecord,
  means: Pick<StepMeans, "graceMs" | "secrets">,
  signal: AbortSignal,
  onStep: (result: StepResult) => void,
): Promise<Outcome> {
  const { plan, at } = record.begun;
  const all = [...plan.steps, ...plan.rollback.map(({ step }) => step)];
  const inFlight = all.flatMap((step) => {
    const begun = record.results.get(step.id);
    return begun?.status === "running" ? [{ step, begun }] : [];
  });
  await Promise.all(
    inFlight.map(async ({ step, begun }) => {
      const left = Date.parse(begun.startedAt ?? at) + step.timeoutSeconds * 1000 - Date.now();
      const ended = await endOf(step, record, means, signal, Math.max(0, left));
      const result: StepResult = { ...begun, ...told(ended, means.secrets.all()) };
      record.save(result);
      onStep(result);
    }),
  );
  skipRest({ record, onStep });
  return outcomeOf(plan, record.results, "lost");
}

async function endOf(
  { id, method }: PlanStep,
  record: PlanRecord,
  { graceMs }: Pick<StepMeans, "graceMs">,
  signal: AbortSignal,
  leftMs: number,
): Promise<Ended> {
  if (method === "ssh" || method === "http")
    return { status: "unknown", said: nothing, error: "the executor was lost while this was at work" };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort("timed-out"), leftMs);
  try {
    return await takeUpChild(record.files(id), { capBytes: CAP_BYTES, graceMs }, AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}
