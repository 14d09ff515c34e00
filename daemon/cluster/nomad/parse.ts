/** Turns a job file into a specification, and asks Nomad whether a specification is valid. */
import * as z from "zod";
import { list, readAnswer, text } from "../wire/read.ts";
import type { ClusterCall } from "../wire/request.ts";
import { JobSpec, namespaceOf } from "./job-spec.ts";
import type { Nomad } from "./nomad.ts";

export interface JobFile {
  hcl: string;
  /** Values of the file's variables in HCL syntax, one `name = value` a line. */
  variables?: string;
}

/** Nomad reads the file, so functions that read the disk of the server are switched off there. A syntax error is refused with its line. */
export const parseJob = (nomad: Nomad, { hcl, variables }: JobFile, call: ClusterCall): Promise<JobSpec> =>
  readAnswer(nomad, JobSpec, {
    ...call,
    method: "POST",
    path: "/v1/jobs/parse",
    body: { JobHCL: hcl, Canonicalize: true, ...(variables !== undefined && { Variables: variables }) },
  });

const Validation = z
  .object({ ValidationErrors: list(z.string()), Error: text, Warnings: text })
  .transform(({ ValidationErrors, Error: whole, Warnings }) => ({
    errors: ValidationErrors.length > 0 ? ValidationErrors : whole === "" ? [] : [whole],
    warnings: Warnings,
  }));
export type Validation = z.output<typeof Validation>;

export const validateJob = (nomad: Nomad, job: JobSpec, call: ClusterCall): Promise<Validation> =>
  readAnswer(nomad, Validation, {
    ...call,
    method: "POST",
    path: "/v1/validate/job",
    query: { namespace: namespaceOf(job) },
    body: { Job: job },
  });
