/** Tells the administrator what ended, at least once: what a crash or a full disk kept back is told later. */
import type { Job } from "../contract/jobs/job.ts";
import type { Node } from "../contract/machines/node.ts";
import type { Log } from "../log/log.ts";
import type { JobStore } from "../store/jobs/jobs.ts";
import type { NodeStore } from "../store/machines/nodes.ts";

export interface ReportParts {
  nodes: NodeStore;
  jobs: JobStore;
  log: Log;
  /** Told of a failure, with the end of its output. A job may be told twice, after a crash in between. */
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

  tell(): void {
    if (this.#busy || Date.now() < this.#notBefore) return;
    const due = this.#parts.jobs.reportsDue();
    if (due.length === 0) return;
    this.#busy = this.#tellAll(due)
      .catch((error: unknown) => {
        this.#notBefore = Date.now() + AGAIN_MS;
        this.#parts.log.error({ err: error }, "TODO.md could not be written; tried again later");
      })
      .finally(() => {
        this.#busy = undefined;
      });
  }

  async #tellAll(due: Job[]): Promise<void> {
    const { nodes, jobs, onFailure, onSuccess } = this.#parts;
    for (const job of due) {
      if (job.status === "succeeded") await onSuccess?.(job);
      else await onFailure(job, nodes.findById(job.nodeId), this.#tail(job.id));
      jobs.setReportDue(job.id, false);
    }
  }
}
