/**
 * Decides the next step after a run. The job ends, or it is attempted again now or later. All functions in this file are
 * pure.
 */
import type { Job, JobResult } from "../contract/jobs/job.ts";
import { isWorthAnotherTry, type JobVerdict } from "./verdict.ts";

export type FinalStatus = Exclude<JobVerdict["status"], "interrupted">;

export type NextStep =
  | { kind: "end"; status: FinalStatus; result: JobResult }
  | { kind: "again"; why: "interrupted" | "unreachable" | "refused"; delaySeconds: number; summary: string };

/** An interrupted run is repeated once. A second interruption is probably not a coincidence. */
const MAX_INTERRUPTIONS = 1;
/** The retries after refusals take about ten minutes in total. */
const MAX_REFUSALS = 5;
const FIRST_DELAY_SECONDS = 10;
const MAX_DELAY_SECONDS = 300;

export function nextStep(
  job: Job,
  { status, result }: JobVerdict,
  unreachableRetries: number,
  firstDelaySeconds = FIRST_DELAY_SECONDS,
): NextStep {
  const interruptions = job.interruptions ?? 0;
  if (status === "interrupted") {
    // The operator cancelled the job, so an interrupted run is not repeated.
    if (job.status === "cancelling") return { kind: "end", status: "cancelled", result };
    if (interruptions < MAX_INTERRUPTIONS)
      return { kind: "again", why: "interrupted", delaySeconds: 0, summary: `interrupted: ${result.summary}; queued again` };
    return {
      kind: "end",
      status: "failed",
      result: { ...result, summary: `interrupted ${interruptions + 1} times: ${result.summary}` },
    };
  }
  const retries = job.attempt - 1 - interruptions;
  if (result.cause === "refused") {
    if (job.status === "cancelling") return { kind: "end", status: "cancelled", result };
    if (retries >= MAX_REFUSALS) return { kind: "end", status, result };
    const delaySeconds = delayAfter(retries, FIRST_DELAY_SECONDS);
    return { kind: "again", why: "refused", delaySeconds, summary: `${result.summary}; retry in ${delaySeconds} s` };
  }
  if (isWorthAnotherTry({ status, result }) && job.status !== "cancelling") {
    if (retries < unreachableRetries) {
      const delaySeconds = delayAfter(retries, firstDelaySeconds);
      const left = `attempt ${retries + 2} of ${unreachableRetries + 1} in ${delaySeconds} s`;
      return { kind: "again", why: "unreachable", delaySeconds, summary: `${result.summary}; ${left}` };
    }
    if (retries > 0) return { kind: "end", status, result: { ...result, summary: `${result.summary} (tried ${retries + 1} times)` } };
  }
  return { kind: "end", status, result };
}

const delayAfter = (retries: number, firstSeconds: number): number => Math.min(firstSeconds * 3 ** retries, MAX_DELAY_SECONDS);
