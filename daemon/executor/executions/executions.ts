/** Takes executions by number, asks for itself whether they may be begun, begins each once, and knows after a crash what became of it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Catalogue } from "../../changes/tools/catalogue.ts";
import type { ExecutionStatus } from "../../contract/changes/execution.ts";
import type { ExecutorFigures, FromExecutor, ToExecutor } from "../../contract/executor-protocol.ts";
import { explain } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";
import type { NodeTurns } from "../node-turns.ts";
import { performStep, type StepMeans } from "../steps/perform.ts";
import { ActRequests } from "./act-requests.ts";
import { PlanLedger } from "./ledger.ts";
import type { Outcome } from "./order.ts";
import { runPlan } from "./plan-run.ts";
import { PlanRecord } from "./record.ts";
import { recoverPlan } from "./recovery.ts";
import { askWarrant, type Governed } from "./warrant-papers.ts";

export interface PlanExecutionsOptions {
  /** The executor's own folder. */
  home: string;
  governed: Governed;
  means: Omit<StepMeans, "graceMs" | "log">;
  graceMs: number;
  turns: NodeTurns;
  log: Log;
  tell(message: FromExecutor): void;
  /** Whether any control is connected. */
  connected(): boolean;
}

interface Held {
  record: PlanRecord;
  stop: AbortController;
  /** Of one at work. */
  running?: Promise<void>;
}

export class PlanExecutions {
  readonly #options: PlanExecutionsOptions;
  readonly #folder: string;
  #ledger: PlanLedger | undefined;
  #broken = "the executor has not looked yet at what was begun before";
  readonly #held = new Map<string, Held>();
  readonly #means: StepMeans;
  readonly #acts: ActRequests;
  #graceMs: number;
  #closed = false;
  #refused = 0;
  #letGo = false;

  constructor(options: PlanExecutionsOptions) {
    this.#options = options;
    this.#graceMs = options.graceMs;
    this.#means = { ...options.means, graceMs: () => this.#graceMs, log: options.log };
    this.#acts = new ActRequests({ ...options, graceMs: () => this.#graceMs });
    this.#folder = join(options.home, "executions");
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Takes up what an earlier executor left. With a past that cannot be read nothing is begun; runs of jobs are another matter. */
  start(): void {
    try {
      const ledger = new PlanLedger(join(this.#options.home, "executions.ledger"));
      this.#resume(ledger);
      this.#ledger = ledger;
    } catch (error) {
      this.#broken = `the executor cannot read what was begun before: ${explain(error)}`;
      this.#options.log.error({ err: error }, "no plan is carried out");
    }
  }

  #resume(ledger: PlanLedger): void {
    for (const record of PlanRecord.all(this.#folder)) {
      const { executionId, approvalId, planHash, at } = record.begun;
      // Killed between the two: it counts as begun.
      if (!ledger.holds(executionId)) ledger.add({ executionId, planHash, at, ...(approvalId !== undefined && { approvalId }) });
      const held: Held = { record, stop: new AbortController() };
      this.#held.set(executionId, held);
      if (!record.ending) held.running = this.#finish(held, () => this.#recover(record, held.stop)).finally(() => delete held.running);
    }
  }

  list(): { executionId: string; status: ExecutionStatus }[] {
    return [...this.#held].map(([executionId, { record }]) => ({ executionId, status: record.ending?.status ?? "running" }));
  }

  get figures(): Omit<ExecutorFigures, "runs"> {
    const steps = [...this.#held.values()].flatMap(({ record }) => (record.ending ? [] : record.steps));
    return {
      steps: steps.filter(({ status }) => status === "running").length,
      sshConnections: this.#options.means.ssh.open,
      refusedWarrants: this.#refused,
    };
  }

  /** For a connection that may have missed all of it. */
  retell(tell: (message: FromExecutor) => void): void {
    for (const [executionId, { record }] of this.#held) {
      if (record.ending) tell(ended(record));
      else for (const step of record.steps) tell({ type: "step", executionId, step });
    }
    this.#acts.repeat(tell);
  }

  /** One that is held already is not begun again, whoever asks. */
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
    held.running = this.#finish(held, () => this.#carryOut(held, catalogue)).finally(() => delete held.running);
  }

  /** Written down twice before anything happens: what is to be done, and that it was begun. */
  #begin(executionId: string, now: Date): { record: PlanRecord; catalogue: Catalogue } | { reason: string } {
    const ledger = this.#ledger;
    if (this.#closed) return { reason: "the executor is stopping" };
    if (!ledger) return { reason: this.#broken };
    const granted = askWarrant(executionId, this.#options.governed, ledger, now);
    if (!granted.ok) return granted;
    const { work, approvalId, catalogue } = granted;
    const entry = { executionId, planHash: work.hash, at: now.toISOString(), ...(approvalId !== undefined && { approvalId }) };
    try {
      const record = PlanRecord.create(this.#folder, { ...entry, plan: work.plan });
      ledger.add(entry);
      return { record, catalogue };
    } catch (error) {
      return { reason: `it cannot be written down: ${explain(error)}` };
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

  /** Ends everything, for a stop of the daemon. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    this.#graceMs = Math.min(this.#graceMs, graceMs);
    for (const { stop } of this.#held.values()) stop.abort("cancelled");
    await Promise.all([...this.#held.values()].map(({ running }) => running));
    this.#options.means.ssh.close();
  }

  /** Lets go of what goes on by itself: the next executor finds it. */
  abandon(): void {
    this.#closed = true;
    this.#letGo = true;
    this.#acts.abandon();
    this.#options.means.ssh.close();
  }

  async #finish({ record, stop }: Held, work: () => Promise<Outcome | undefined>): Promise<void> {
    try {
      const outcome = await work();
      if (outcome) this.#end(record, outcome);
    } catch (error) {
      // A full disk, most likely. What is at work is stopped, and nobody is told that it went well.
      stop.abort("cancelled");
      this.#options.log.error({ err: error, executionId: record.begun.executionId }, "an execution could not be written down");
      this.#options.tell({ ...ended(record), status: "unknown", error: `it could not be written down: ${explain(error)}` });
    }
  }

  #carryOut({ record, stop }: Held, catalogue: Catalogue): Promise<Outcome | undefined> {
    const { turns, tell } = this.#options;
    const means = this.#means;
    const { executionId, plan, planHash } = record.begun;
    return runPlan({
      record,
      turns,
      signal: stop.signal,
      isLetGo: () => this.#letGo,
      secrets: () => means.secrets.all(),
      onStep: (step) => tell({ type: "step", executionId, step }),
      perform: (step) => {
        const act = (signal: AbortSignal) => this.#acts.perform({ executionId, stepId: step.id, planHash }, signal);
        return performStep({ executionId, plan, step, catalogue, place: record.place(step.id), act }, means, stop.signal);
      },
    });
  }

  #recover(record: PlanRecord, { signal }: AbortController): Promise<Outcome> {
    const { executionId } = record.begun;
    return recoverPlan(record, this.#means, signal, (step) => this.#options.tell({ type: "step", executionId, step }));
  }

  #end(record: PlanRecord, outcome: Outcome): void {
    record.end(outcome);
    const { executionId } = record.begun;
    this.#options.log.info({ executionId, status: outcome.status }, "execution ended");
    this.#options.tell(ended(record));
  }
}

function ended(record: PlanRecord): Extract<FromExecutor, { type: "executed" }> {
  const { ending, steps, begun } = record;
  return {
    type: "executed",
    executionId: begun.executionId,
    status: ending?.status ?? "unknown",
    steps,
    ...(ending?.error !== undefined && { error: ending.error }),
  };
}
