/** Reports each ended job to the file TODO.md and to the audit log. */
import type { Job } from "../contract/jobs/job.ts";
import { failureOf, type TodoFile } from "../machines/inventory/todo.ts";
import type { JobStore } from "../store/jobs/jobs.ts";
import type { ReportParts } from "./reports.ts";

export interface EndParts {
  todo: TodoFile;
  jobs: JobStore;
  record(job: Job): void;
}

export const reportEnds = ({ todo, jobs, record }: EndParts): Pick<ReportParts, "onSuccess" | "onFailure"> => ({
  onSuccess: async (job) => {
    await todo.solved(job, (id) => jobs.find(id));
    record(job);
  },
  onFailure: async (job, node, output) => {
    await todo.add(failureOf(job, node, output));
    record(job);
  },
});
