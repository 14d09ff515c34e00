/** Asks Nomad what it would do with a job: the difference to the present job, and what happens to its allocations. */
import * as z from "zod";
import { count, list, readAnswer, record, text } from "../wire/read.ts";
import { type ClusterCall, path } from "../wire/request.ts";
import { type JobSpec, namespaceOf } from "./job-spec.ts";
import type { Nomad } from "./nomad.ts";
import { Placement } from "./placement.ts";

const ChangeKind = z.enum(["None", "Added", "Deleted", "Edited"]);

const FieldDiff = z.object({ Type: ChangeKind, Name: z.string(), Old: text, New: text, Annotations: list(z.string()) });
export type FieldDiff = z.output<typeof FieldDiff>;

export interface ObjectDiff {
  Type: z.output<typeof ChangeKind>;
  Name: string;
  Fields: FieldDiff[];
  Objects: ObjectDiff[];
}
const ObjectDiff: z.ZodType<ObjectDiff> = z.object({
  Type: ChangeKind,
  Name: z.string(),
  Fields: list(FieldDiff),
  get Objects() {
    return list(ObjectDiff);
  },
});

const TaskDiff = z.object({
  Type: ChangeKind,
  Name: z.string(),
  Fields: list(FieldDiff),
  Objects: list(ObjectDiff),
  Annotations: list(z.string()),
});
const GroupDiff = z.object({
  Type: ChangeKind,
  Name: z.string(),
  Fields: list(FieldDiff),
  Objects: list(ObjectDiff),
  Tasks: list(TaskDiff),
  /** The number of allocations for each treatment, such as `create: 2`. */
  Updates: record(z.number()),
});
const JobDiff = z.object({
  Type: ChangeKind,
  ID: z.string(),
  Fields: list(FieldDiff),
  Objects: list(ObjectDiff),
  TaskGroups: list(GroupDiff),
});
export type JobDiff = z.output<typeof JobDiff>;

const GroupUpdates = z.object({
  Ignore: count,
  Place: count,
  Migrate: count,
  Stop: count,
  InPlaceUpdate: count,
  DestructiveUpdate: count,
  Canary: count,
  Preemptions: count,
});
export type GroupUpdates = z.output<typeof GroupUpdates>;

const JobPlan = z.object({
  /** The index to register with. 0 if there is no such job. */
  JobModifyIndex: z.number(),
  Diff: JobDiff.nullish(),
  Annotations: z.object({ DesiredTGUpdates: record(GroupUpdates) }).nullish(),
  FailedTGAllocs: record(Placement),
  Warnings: text,
  NextPeriodicLaunch: z.string().nullish(),
});
export type JobPlan = z.output<typeof JobPlan>;

/** Changes nothing. */
export const planJob = (nomad: Nomad, job: JobSpec, call: ClusterCall): Promise<JobPlan> =>
  readAnswer(nomad, JobPlan, {
    ...call,
    method: "POST",
    path: path`/v1/job/${job.ID}/plan`,
    query: { namespace: namespaceOf(job) },
    body: { Job: job, Diff: true },
  });
