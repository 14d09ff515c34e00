/** Manages all executions. Checks each one itself, starts it once, and finds out after a crash how it ended. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Catalogue } from "../../changes/tools/catalogue.ts";
import type { ExecutionStatus } from "../../contract/changes/execution.ts";
import type { ExecutorFigures, FromExecutor, ToExecutor } from "../../contract/executor-protocol.ts";
import { explain } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";
import type { NodeTurns } from "../node-turns.ts";
import { hasOwnProcess, performStep, type StepMeans } from "../steps/perform.ts";
import { ActRequests } from "./act-requests.ts";
import { ConnectedSteps } from "./connected-steps.ts";
import { type CheckSources, checkExecution } from "./execution-check.ts";
import { ExecutionLedger } from "./ledger.ts";
import type { ExecutionEnd } from "./order.ts";
import { runPlan } from "./plan-run.ts";
import { ExecutionRecord } from "./record.ts";
import { recoverPlan } from "./recovery.ts";

export interface PlanExecutionsOptions {
  /** The path of the executor's own folder. */
  home: string;
  governed: CheckSources;
  means: Omit<StepMeans, "graceMs" | "leaving" | "abandoned" | "log">;
  graceMs: number;
  turns: NodeTurns;
  log: Log;
  tell(message: FromExecutor): void;
  /** Returns true while control is connected. */
  connected(): boolean;
}

interface Held {
  record: ExecutionRecord;
  stop: AbortController;
  /** The pending work of the execution. Undefined after its end. */
  running?: Promise<void>;
}

/** The time between SIGTERM and SIGKILL for a step that the executor stops because it ends. */
const LEAVE_GRACE_MS = 500;

export class PlanExecutions {
  readonly #options: PlanExecutionsOptions;
  readonly #folder: string;
  #ledger: ExecutionLedger | undefined;
  #broken = "the executor has not yet read what was begun before";
  readonly #held = new Map<string, Held>();
  readonly #means: StepMeans;
  readonly #acts: ActRequests;
  #graceMs: number;
  #closed = false;
  #refused = 0;
  readonly #connected = new ConnectedSteps();
  readonly #abandoned = new AbortController();

  constructor(options: PlanExecutionsOptions) {
    this.#options = options;
    this.#graceMs = options.graceMs;
    const signals = { leaving: this.#connected.leaving, abandoned: this.#abandoned.signal };
    this.#means = { ...options.means, ...signals, graceMs: () => this.#graceMs, log: options.log };
    this.#acts = new ActRequests({ ...options, graceMs: () => this.#graceMs });
    this.#folder = join(options.home, "executions");
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Takes over the executions of an earlier executor. If an execution's files cannot be read, no plan starts. Jobs still run. */
  start(): void {
    try {
      const ledger = new ExecutionLedger(join(this.#options.home, "executions.ledger"));
      this.#resume(ledger);
      this.#ledger = ledger;
    } catch (error) {
      this.#broken = `the executor cannot read what was begun before: ${explain(error)}`;
      this.#options.log.error({ err: error }, "the executor runs no plans");
    }
  }

  #resume(ledger: ExecutionLedger): void {
    for (const record of ExecutionRecord.all(this.#folder)) {
      const { executionId, approvalId, planHash, at } = record.begun;
      // The executor was killed after saving the record, but before saving the ledger entry. The execution counts as started.
      if (!ledger.holds(executionId)) ledger.add({ executionId, planHash, at, ...(approvalId !== undefined && { approvalId }) });
      const held: Held = { record, stop: new AbortController() };
      this.#held.set(executionId, held);
      if (!record.ending) held.running = this.#finish(held, () => this.#recover(record, held.stop)).finally(() => delete held.running);
    }
  }

  list(): { executionId: string; status: ExecutionStatus; interrupted?: true }[] {
    return [...this.#held].map(([executionId, { record }]) => ({
      executionId,
      status: record.ending?.status ?? "running",
      ...(record.ending?.interrupted && { interrupted: true }),
    }));
  }

  get figures(): Omit<ExecutorFigures, "runs"> {
    const steps = [...this.#held.values()].flatMap(({ record }) => (record.ending ? [] : record.steps));
    return {
      steps: steps.filter(({ status }) => status === "running").length,
      sshConnections: this.#options.means.ssh.open,
      refusedWarrants: this.#refused,
    };
  }

  /** Sends the state of all executions on a new connection, because control may have missed messages. */
  sendAll(tell: (message: FromExecutor) => void): void {
    for (const [executionId, { record }] of this.#held) {
      if (record.ending) tell(ended(record));
      else for (const step of record.steps) tell({ type: "step", executionId, step });
    }
    this.#acts.repeat(tell);
  }

  /** Starts an execution, unless it has already been started. */
  execute(executionId: string): void {
    if (this.#held.has(executionId)) return;
    const begun = this.#begin(executionId, new Date());
    if ("reason" in begun) {
      this.#refused += 1;
      this.#options.log.warn({ executionId, reason: begun.reason }, "execution refused");
      this.#options.tell({ type: "execution-refused", executionId, reason: begun.reason });
      return;
    }
    const { record, catalogue } = begun;
    const held: Held = { record, stop: new AbortController() };
    this.#held.set(executionId, held);
    this.#options.log.info({ executionId, planHash: record.begun.planHash, steps: record.begun.plan.steps.length }, "execution began");
    held.running = this.#finish(held, () => this.#runPlan(held, catalogue)).finally(() => delete held.running);
  }

  /** Saves the plan and the start of the execution before the first step starts. */
  #begin(executionId: string, now: Date): { record: ExecutionRecord; catalogue: Catalogue } | { reason: string } {
    const ledger = this.#ledger;
    if (this.#closed) return { reason: "the executor is stopping" };
    if (!ledger) return { reason: this.#broken };
    const granted = checkExecution(executionId, this.#options.governed, ledger, now);
    if (!granted.ok) return granted;
    const { work, approvalId, catalogue } = granted;
    const entry = { executionId, planHash: work.hash, at: now.toISOString(), ...(approvalId !== undefined && { approvalId }) };
    try {
      const record = ExecutionRecord.create(this.#folder, { ...entry, plan: work.plan });
      ledger.add(entry);
      return { record, catalogue };
    } catch (error) {
      // Without this, the next executor would report the refused execution as one that it lost.
      ExecutionRecord.remove(this.#folder, executionId);
      return { reason: `it cannot be saved: ${explain(error)}` };
    }
  }

  stop(executionId: string): void {
    this.#held.get(executionId)?.stop.abort("cancelled");
  }

  acted(answer: Extract<ToExecutor, { type: "acted" }>): void {
    this.#acts.answered(answer);
  }

  forget(executionId: string): void {
    const held = this.#held.get(executionId);
    if (!held?.record.ending) return;
    held.record.forget();
    this.#held.delete(executionId);
  }

  /**
   * Begins no further step and leaves all processes running. The next executor takes over these processes. A step over SSH or
   * HTTP ends with this executor, so it gets some time to end by itself, and is then stopped.
   */
  async leave(patienceMs: number): Promise<void> {
    this.#closed = true;
    this.#graceMs = Math.min(this.#graceMs, LEAVE_GRACE_MS);
    // The connection to control has ended, so no answer can arrive. Control reports its own record of the act.
    this.#acts.abandon();
    await this.#connected.end(patienceMs);
    this.#abandoned.abort();
    this.#options.means.ssh.close();
  }

  async #finish({ record, stop }: Held, work: () => Promise<ExecutionEnd | undefined>): Promise<void> {
    try {
      const outcome = await work();
      if (outcome) this.#end(record, outcome);
    } catch (error) {
      if (this.#abandoned.signal.aborted) return;
      // The disk is probably full. The running steps are stopped, and control does not receive a report of success.
      stop.abort("cancelled");
      this.#options.log.error({ err: error, executionId: record.begun.executionId }, "an execution could not be saved");
      this.#options.tell({ ...ended(record), status: "unknown", error: `it could not be saved: ${explain(error)}` });
    }
  }

  #runPlan({ record, stop }: Held, catalogue: Catalogue): Promise<ExecutionEnd | undefined> {
    const { turns, tell } = this.#options;
    const means = this.#means;
    const { executionId, plan, planHash } = record.begun;
    return runPlan({
      record,
      turns,
      signal: stop.signal,
      isLeaving: () => this.#closed,
      isAbandoned: () => this.#abandoned.signal.aborted,
      secrets: () => means.secrets.all(),
      onStep: (step) => tell({ type: "step", executionId, step }),
      perform: (step) => {
        const act = (signal: AbortSignal) => this.#acts.perform({ executionId, stepId: step.id, planHash }, signal);
        const work = performStep({ executionId, plan, step, catalogue, place: record.place(step.id), act }, means, stop.signal);
        return hasOwnProcess(step) ? work : this.#connected.follow(work);
      },
    });
  }

  #recover(record: ExecutionRecord, { signal }: AbortController): Promise<ExecutionEnd> {
    const { executionId } = record.begun;
    return recoverPlan(record, this.#means, signal, (step) => this.#options.tell({ type: "step", executionId, step }));
  }

  #end(record: ExecutionRecord, outcome: ExecutionEnd): void {
    record.end(outcome);
    const { executionId } = record.begun;
    this.#options.log.info({ executionId, status: outcome.status }, "execution ended");
    this.#options.tell(ended(record));
  }
}

function ended(record: ExecutionRecord): Extract<FromExecutor, { type: "executed" }> {
  const { ending, steps, begun } = record;
  return {
    type: "executed",
    executionId: begun.executionId,
    status: ending?.status ?? "unknown",
    steps,
    ...(ending?.error !== undefined && { error: ending.error }),
    ...(ending?.interrupted && { interrupted: true }),
  };
}
