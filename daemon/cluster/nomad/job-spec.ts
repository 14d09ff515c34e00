/** The specification of a job as Nomad's API has it. Muster passes it on unchanged, and reads only what it needs. */
import * as z from "zod";

/** All fields stay, because the specification is sent to Nomad again. */
export const JobSpec = z.looseObject({
  ID: z.string().min(1),
  Name: z.string().nullish(),
  Namespace: z.string().nullish(),
  Type: z.string().nullish(),
});
export type JobSpec = z.output<typeof JobSpec>;

export const namespaceOf = (job: JobSpec): string => job.Namespace || "default";
