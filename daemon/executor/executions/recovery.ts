/** What became of an execution whose executor was lost: its steps in flight are followed to their end where one can be known; none is begun. */
import type { StepResult } from "../../contract/changes/execution.ts";
import type { PlanStep } from "../../contract/changes/plan.ts";
import { nothing } from "../kept-output.ts";
import type { StepEnd } from "../steps/ending.ts";
import { followCommand } from "../steps/local-command.ts";
import type { StepMeans } from "../steps/perform.ts";
import { type Outcome, outcomeOf } from "./order.ts";
import { skipRest, told } from "./plan-run.ts";
import type { PlanRecord } from "./record.ts";

export async function recoverPlan(
  record: PlanRecord,
  means: Pick<StepMeans, "graceMs" | "secrets" | "log">,
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
      const deadline = Date.parse(begun.startedAt ?? at) + step.timeoutSeconds * 1000;
      const ended = await endOf(step, record, means, signal, deadline);
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
  { graceMs, log }: Pick<StepMeans, "graceMs" | "log">,
  signal: AbortSignal,
  deadline: number,
): Promise<StepEnd> {
  if (method === "ssh" || method === "http" || method === "act")
    return { status: "unknown", said: nothing, error: "the executor was lost while this was at work" };
  return followCommand(record.place(id), { graceMs, log, signal, deadline });
}
