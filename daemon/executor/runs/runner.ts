/** Manages all runs. Starts new runs, takes over the runs of an earlier executor, and reports the end of each run. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RunOutcome, RunRequest } from "../../contract/jobs/run-messages.ts";
import { explain } from "../../errors/errors.ts";
import { PeriodicTask } from "../../errors/periodic-task.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import { controlSockets } from "./ansible.ts";
import { Run, type RunId, type RunSettings, runId, runName } from "./run.ts";
import { recordedRuns } from "./run-files.ts";
import { isWave } from "./wave.ts";

export interface RunnerOptions extends RunSettings {
  onStarted(run: RunId & { pid: number; at: string }): void;
  onFinished(run: RunId & { outcome: RunOutcome }): void;
}

const POLL_MS = 200;

export class Runner {
  readonly #options: RunnerOptions;
  readonly #runs = new Map<string, Run>();
  readonly #rounds: PeriodicTask;
  #closed = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#rounds = new PeriodicTask({
      everyMs: POLL_MS,
      run: () => this.#lookAtAll(),
      log: options.log,
      failure: "the runs cannot be looked after; retrying until it works",
    });
  }

  /** Takes over the runs of an earlier executor. */
  start(): void {
    const { jobsDir, ansible } = this.#options;
    for (const folder of [join(ansible.home, "tmp"), controlSockets(ansible.home)]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const record of recordedRuns(jobsDir, this.#options.log)) {
      const run = new Run(record, this.#options);
      this.#runs.set(run.name, run);
      run.takeUp();
    }
    this.#lookAtAll();
    this.#rounds.start();
  }

  list(): (RunId & { outcome?: RunOutcome })[] {
    return [...this.#runs.values()].map(({ id, outcome }) => ({ ...id, ...(outcome && { outcome }) }));
  }

  isAtWork(node: string): boolean {
    return this.#live().some(({ record }) => record.request.members.some((member) => member.node === node));
  }

  /** Starts a run, unless the run exists already. Rejects with the reason if the run cannot start. */
  async run(request: RunRequest): Promise<void> {
    if (this.#runs.has(runName(runId(request)))) return;
    for (const other of this.#live()) requireApart(other, request);
    const run = new Run({ request, acceptedAt: new Date().toISOString(), acceptedSteadyMs: steadyMs() }, this.#options);
    // Reserves the nodes now, because another request for the same nodes may arrive while the record is being saved.
    this.#runs.set(run.name, run);
    try {
      await run.save();
    } catch (error) {
      this.#runs.delete(run.name);
      throw error;
    }
    if (this.#closed) return run.forget();
    await this.#begin(run);
  }

  cancel(jobId: string): void {
    for (const run of this.#runs.values()) run.cancel(jobId);
  }

  /** Stops a run whose outcome control no longer expects. */
  disown(jobId: string, attempt: number): void {
    const run = this.#runs.get(runName({ jobId, attempt }));
    if (run && !run.outcome) void run.stop("cancelled");
  }

  forget(jobId: string, attempt: number): void {
    const run = this.#runs.get(runName({ jobId, attempt }));
    if (!run?.outcome) return;
    run.forget();
    this.#runs.delete(run.name);
  }

  /** Leaves all runs running. The next executor takes over these runs. */
  leave(): void {
    this.#closed = true;
    void this.#rounds.stop();
  }

  #live(): Run[] {
    return [...this.#runs.values()].filter(({ outcome }) => !outcome);
  }

  async #begin(run: Run): Promise<void> {
    try {
      const pid = await run.begin();
      this.#options.log.info({ ...run.id, runPid: pid, nodes: run.record.request.members.map(({ node }) => node) }, "run started");
      this.#options.onStarted({ ...run.id, pid, at: run.record.acceptedAt });
    } catch (error) {
      this.#finish(run, { ended: "not-started", exitCode: null, error: explain(error), endedAt: new Date().toISOString() });
    }
  }

  #lookAtAll(): void {
    for (const run of this.#live()) {
      try {
        const outcome = run.look();
        if (outcome) this.#finish(run, outcome);
      } catch (error) {
        // The disk may be full. The next check follows soon.
        run.report(error, "a run cannot be looked after");
      }
    }
  }

  #finish(run: Run, outcome: RunOutcome): void {
    run.outcome = outcome;
    this.#options.log.info({ ...run.id, ended: outcome.ended, exitCode: outcome.exitCode }, "run ended");
    this.#options.onFinished({ ...run.id, outcome });
    void run.closeConnections();
    if (!isWave(run.record.request) || !outcome.error || outcome.recap) return;
    try {
      run.logForMembers(outcome.error);
    } catch (error) {
      // If the disk is full, the error appears only in the result of each job.
      run.report(error, "the logs of a wave's nodes could not be written");
    }
  }
}

function requireApart(other: Run, { members }: RunRequest): void {
  const atWork = new Set(other.nodesAtWork);
  const shared = other.record.request.members.find(
    (member) => atWork.has(member.node) && members.some(({ node, jobId }) => node === member.node || jobId === member.jobId),
  );
  if (shared) throw new Error(`job ${shared.jobId} is at work on ${shared.node}`);
}
