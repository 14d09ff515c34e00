/** Registers a job, but only if nothing changed since the plan was made. */
import * as z from "zod";
import { count, readAnswer, text } from "../wire/read.ts";
import type { ClusterCall } from "../wire/request.ts";
import { type JobSpec, namespaceOf } from "./job-spec.ts";
import type { Nomad } from "./nomad.ts";

export interface Registration {
  job: JobSpec;
  /** From the plan. 0 registers the job only if there is none. A job with another index is a conflict. */
  jobModifyIndex: number;
  /** The file of the job, which Nomad keeps for readers. */
  submission?: { source: string; variables?: string };
}

export const Registered = z.object({ EvalID: text, EvalCreateIndex: count, JobModifyIndex: count, Warnings: text });
/** The evaluation is empty for periodic and parameterised jobs, because they do not run yet. */
export type Registered = z.output<typeof Registered>;

export const registerJob = (nomad: Nomad, { job, jobModifyIndex, submission }: Registration, call: ClusterCall): Promise<Registered> =>
  readAnswer(nomad, Registered, {
    ...call,
    method: "POST",
    path: "/v1/jobs",
    query: { namespace: namespaceOf(job) },
    body: {
      Job: job,
      EnforceIndex: true,
      JobModifyIndex: jobModifyIndex,
      ...(submission && { Submission: { Source: submission.source, Format: "hcl2", Variables: submission.variables ?? "" } }),
    },
  });
