/**
 * Reports each ended job to the administrator at least once. After a crash or while the disk is full, the report is sent
 * later.
 */
import type { Job } from "../contract/jobs/job.ts";
import type { Node } from "../contract/machines/node.ts";
import { steadyMs } from "../errors/steady-clock.ts";
import type { Log } from "../log/log.ts";
import type { JobStore } from "../store/jobs/jobs.ts";
import type { NodeStore } from "../store/machines/nodes.ts";

export interface ReportParts {
  nodes: NodeStore;
  jobs: JobStore;
  log: Log;
  /** Reports a failed job. `output` is the last part of the job's output. After a crash, a job may be reported twice. */
  onFailure(job: Job, node: Node | undefined, output: string): Promise<void>;
  onSuccess?(job: Job): Promise<void>;
}

const AGAIN_MS = 30_000;

export class Reports {
  readonly #parts: ReportParts;
  readonly #tail: (jobId: string) => string;
  #busy: Promise<void> | undefined;
  #notBefore = 0;

  constructor(parts: ReportParts, tail: (jobId: string) => string) {
    this.#parts = parts;
    this.#tail = tail;
  }

  report(): void {
    if (this.#busy || steadyMs() < this.#notBefore) return;
    const due = this.#parts.jobs.reportsDue();
    if (due.length === 0) return;
    this.#busy = this.#reportAll(due)
      .catch((error: unknown) => {
        this.#notBefore = steadyMs() + AGAIN_MS;
        this.#parts.log.error({ err: error }, "TODO.md could not be written; control retries later");
      })
      .finally(() => {
        this.#busy = undefined;
      });
  }

  async #reportAll(due: Job[]): Promise<void> {
    const { nodes, jobs, onFailure, onSuccess } = this.#parts;
    for (const job of due) {
      if (job.status === "succeeded") await onSuccess?.(job);
      else await onFailure(job, nodes.findById(job.nodeId), this.#tail(job.id));
      jobs.setReportDue(job.id, false);
    }
  }
}
