/**
 * Completes an execution whose executor crashed. Where possible, waits until the running steps have ended. Starts no new
 * steps.
 */
import type { StepResult } from "../../contract/changes/execution.ts";
import type { PlanStep } from "../../contract/changes/plan.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import { nothing } from "../kept-output.ts";
import { ansibleEnd } from "../steps/ansible-run.ts";
import type { StepEnd } from "../steps/ending.ts";
import { followCommand } from "../steps/local-command.ts";
import { hasOwnProcess, type StepMeans } from "../steps/perform.ts";
import { type ExecutionEnd, endOfPlan } from "./order.ts";
import { resultOf, skipRest } from "./plan-run.ts";
import type { ExecutionRecord } from "./record.ts";

export async function recoverPlan(
  record: ExecutionRecord,
  means: Pick<StepMeans, "graceMs" | "abandoned" | "secrets" | "log">,
  signal: AbortSignal,
  onStep: (result: StepResult) => void,
): Promise<ExecutionEnd> {
  const { plan } = record.begun;
  const all = [...plan.steps, ...plan.rollback.map(({ step }) => step)];
  const inFlight = all.flatMap((step) => {
    const begun = record.results.get(step.id);
    return begun?.status === "running" ? [{ step, begun }] : [];
  });
  await Promise.all(
    inFlight.map(async ({ step, begun }) => {
      // The step gets its whole time once more, because the wall clock may have jumped since its start.
      const deadline = steadyMs() + step.timeoutSeconds * 1000;
      const ended = await endOf(step, record, means, signal, deadline);
      const result: StepResult = { ...begun, ...resultOf(ended, means.secrets.all()) };
      record.save(result);
      onStep(result);
    }),
  );
  skipRest({ record, onStep });
  return endOfPlan(plan, record.results, signal.aborted ? "stopped" : "lost");
}

async function endOf(
  step: PlanStep,
  record: ExecutionRecord,
  limits: Pick<StepMeans, "graceMs" | "abandoned" | "log">,
  signal: AbortSignal,
  deadline: number,
): Promise<StepEnd> {
  if (!hasOwnProcess(step)) return { status: "unknown", said: nothing, error: "the executor ended while this was at work" };
  const place = record.place(step.id);
  return ansibleEnd(await followCommand(place, { ...limits, signal, deadline }), step, place);
}
