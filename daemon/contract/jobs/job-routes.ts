/** Routes to list, follow and cancel jobs. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { Job, JobOutput } from "./job.ts";

const JobRef = z.object({ id: z.string().max(100) });

export const jobRoutes = {
  listJobs: {
    method: "GET",
    path: "/api/jobs",
    summary: "Jobs, newest first",
    access: "viewer",
    query: z.object({
      node: z.string().max(100).optional(),
      /** Lists only jobs that have not ended. */
      active: z.stringbool().default(false),
      limit: z.coerce.number().int().min(1).max(1000).default(200),
    }),
    response: z.array(Job),
  },
  getJob: { method: "GET", path: "/api/jobs/:id", summary: "One job", access: "viewer", params: JobRef, response: Job },
  jobOutput: {
    method: "GET",
    path: "/api/jobs/:id/output",
    summary: "Output of a job from a byte offset",
    access: "viewer",
    params: JobRef,
    query: z.object({ after: z.coerce.number().int().min(0).default(0) }),
    response: JobOutput,
  },
  cancelJob: {
    method: "POST",
    path: "/api/jobs/:id/cancel",
    summary: "Cancel a job",
    access: "operator",
    byHand: ["job_cancel"],
    params: JobRef,
    status: 202,
    response: Job,
  },
} satisfies Record<string, Route>;
