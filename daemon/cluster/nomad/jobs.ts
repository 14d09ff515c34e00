/** Reads jobs, their earlier versions and their original files. */
import * as z from "zod";
import type { Indexed } from "../wire/blocking-query.ts";
import { type ClusterRead, count, flag, list, parse, readAnswer, readIndexed, record, text } from "../wire/read.ts";
import { type ClusterCall, path, sendRequest } from "../wire/request.ts";
import { JobSpec } from "./job-spec.ts";
import type { JobId, Nomad } from "./nomad.ts";

const GroupCounts = z.object({
  Queued: count,
  Complete: count,
  Failed: count,
  Running: count,
  Starting: count,
  Lost: count,
  Unknown: count,
});

const JobSummary = z.object({
  ID: z.string(),
  Name: text,
  Namespace: z.string().default("default"),
  ParentID: text,
  Type: z.string(),
  Priority: count,
  Periodic: flag,
  ParameterizedJob: flag,
  Stop: flag,
  /** `pending`, `running` or `dead`. */
  Status: z.string(),
  StatusDescription: text,
  JobSummary: z.object({ Summary: record(GroupCounts) }).nullish(),
  CreateIndex: count,
  ModifyIndex: count,
  JobModifyIndex: count,
});
export type JobSummary = z.output<typeof JobSummary>;

/** All jobs of a namespace, or of all namespaces with `*`. */
export const listJobs = (nomad: Nomad, namespace: string, read: ClusterRead): Promise<Indexed<JobSummary[]>> =>
  readIndexed(nomad, list(JobSummary), { ...read, path: "/v1/jobs", query: { namespace } });

const NomadJob = JobSpec.extend({
  Status: text,
  Stop: flag,
  Version: count,
  Stable: flag,
  /** In nanoseconds, and so only nearly exact. */
  SubmitTime: count,
  ModifyIndex: count,
  JobModifyIndex: z.number(),
});
export type NomadJob = z.output<typeof NomadJob>;

/** Throws if there is no such job. */
export const readJob = (nomad: Nomad, { namespace, id }: JobId, read: ClusterRead): Promise<Indexed<NomadJob>> =>
  readIndexed(nomad, NomadJob, { ...read, path: path`/v1/job/${id}`, query: { namespace } });

/** The newest version comes first. Nomad keeps six versions. */
export async function jobVersions(nomad: Nomad, { namespace, id }: JobId, call: ClusterCall): Promise<NomadJob[]> {
  const form = z.object({ Versions: list(NomadJob) });
  return (await readAnswer(nomad, form, { ...call, path: path`/v1/job/${id}/versions`, query: { namespace } })).Versions;
}

const Submission = z.object({ Source: z.string(), Format: z.string(), VariableFlags: record(z.string()), Variables: text });
export type Submission = z.output<typeof Submission>;

/** The file that a version of the job was made from. Undefined if Nomad has none, as is the case before Nomad 1.6. */
export async function jobSubmission(
  nomad: Nomad,
  { namespace, id }: JobId,
  version: number,
  call: ClusterCall,
): Promise<Submission | undefined> {
  const answer = await sendRequest(nomad, { ...call, path: path`/v1/job/${id}/submission`, query: { namespace, version }, accept: [404] });
  return answer.status === 404 ? undefined : parse(nomad, Submission, answer);
}
