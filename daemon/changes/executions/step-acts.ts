/**
 * Performs Muster's own actions (acts) for steps that the executor has already checked and begun. Control reads the
 * action from its own database, not from the executor's message. Control performs each action at most once. Control
 * saves a record before the action (the claim), and the outcome after the action.
 */
import type { Execution } from "../../contract/changes/execution.ts";
import type { ActOutcome, ActRequest } from "../../contract/changes/execution-messages.ts";
import type { PlannedWork, PlanStep } from "../../contract/changes/plan.ts";
import type { ToExecutor } from "../../contract/executor-protocol.ts";
import { explain, MusterError } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";
import type { OwnAct } from "../../machines/acts/own-acts.ts";
import { isInService } from "../../machines/in-service.ts";
import type { ExecutionStore } from "../../store/changes/executions.ts";
import type { PlanStore } from "../../store/changes/plans.ts";
import type { StepActStore } from "../../store/changes/step-acts.ts";
import { atomically, type Db } from "../../store/database.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { BegunAct, Journal } from "../journal.ts";
import { digestOf } from "../tools/canonical.ts";

export interface StepActParts {
  db: Db;
  plans: PlanStore;
  executions: ExecutionStore;
  stepActs: StepActStore;
  nodes: NodeStore;
  journal: Journal;
  log: Pick<Log, "error" | "warn">;
  executor: { send(message: ToExecutor): boolean };
  /** Performs an act. The promise resolves to one line that describes the result. */
  act(act: OwnAct): Promise<string>;
}

const MESSAGE_CHARACTERS = 4000;

/** The reason why control does not perform a step. */
class NotPerformed extends Error {
  override readonly name = "NotPerformed";
}

export class StepActs {
  readonly #parts: StepActParts;
  /** The actions that are running, and the outcomes that control could not save. */
  readonly #known = new Map<string, Promise<ActOutcome>>();

  constructor(parts: StepActParts) {
    this.#parts = parts;
  }

  /** A repeated request receives the earlier answer and does not start the action again. The promise never rejects. */
  async take(request: ActRequest, now: Date): Promise<void> {
    const { executionId, stepId } = request;
    const key = `${executionId}/${stepId}`;
    try {
      const outcome = await (this.#known.get(key) ?? this.#earlier(request) ?? this.#begin(key, request, now));
      // If the connection is lost, the executor repeats its request on the next connection.
      this.#parts.executor.send({ type: "acted", executionId, stepId, outcome });
    } catch (error) {
      this.#parts.log.error({ err: error, executionId, stepId }, "a request for an act could not be read");
    }
  }

  #earlier({ executionId, stepId }: ActRequest): ActOutcome | undefined {
    const earlier = this.#parts.stepActs.find(executionId, stepId);
    return earlier && (earlier.outcome ?? { ended: "unknown", message: "control was stopped during this act: it may have happened" });
  }

  #begin(key: string, request: ActRequest, now: Date): Promise<ActOutcome> | ActOutcome {
    let claimed: BegunAct;
    try {
      claimed = this.#claim(request, now);
    } catch (error) {
      // Control did not save its record of the action (the claim), so control did not perform the action.
      this.#refused(request, error);
      return { ended: "badly", message: `nothing was done: ${reasonFor(error)}` };
    }
    const outcome = this.#perform(claimed).then((ended) => {
      this.#save(key, claimed, ended);
      return ended;
    });
    this.#known.set(key, outcome);
    return outcome;
  }

  #claim(request: ActRequest, now: Date): BegunAct {
    const { db, stepActs, journal } = this.#parts;
    return atomically(db, () => {
      const claimed = this.#step(request);
      stepActs.begin(request.executionId, request.stepId, now);
      journal.acting(claimed);
      return claimed;
    });
  }

  #refused({ executionId, stepId }: ActRequest, error: unknown): void {
    const { journal, log } = this.#parts;
    log.warn({ err: error, executionId, stepId }, "an act was not begun");
    try {
      journal.actRefused(executionId, stepId, reasonFor(error));
    } catch (cause) {
      log.error({ err: cause, executionId, stepId }, "the refusal of an act could not be saved");
    }
  }

  /**
   * Returns the step as the stored plan defines it. Throws if the step is not running, or if another machine has the
   * node's name now.
   */
  #step({ executionId, stepId, planHash }: ActRequest): BegunAct {
    const { executions, plans, nodes } = this.#parts;
    const execution = executions.get(executionId);
    if (!execution || !isAtWork(execution)) throw new NotPerformed(`no execution ${executionId} is at work`);
    const work = plans.existing(execution.planId);
    if (work.hash !== planHash || execution.planHash !== planHash || digestOf(work.plan) !== planHash)
      throw new NotPerformed("the plan is not the one that the executor checked: its hash differs");
    const step = stepsOf(work).find(({ id }) => id === stepId);
    if (step?.method !== "act") throw new NotPerformed(`step ${stepId} is no act of Muster's own`);
    const status = execution.steps.find(({ id }) => id === stepId)?.status ?? "pending";
    if (status !== "running") throw new NotPerformed(`step ${stepId} is ${status}`);
    if (step.target === undefined) return { executionId, work, step };
    const node = nodes.findByName(step.target);
    if (!node || node.id !== work.plan.targets.find((each) => each.node === step.target)?.nodeId)
      throw new NotPerformed(`${step.target} is not the machine it was; propose it again`);
    const { byHand } = work;
    if (isInService(node) && byHand && !byHand.inService && !byHand.confirmed)
      throw new NotPerformed(`${node.name} came into service since this was requested, without its name typed; request it again`);
    return { executionId, work, step, node };
  }

  async #perform({ executionId, work, step, node }: BegunAct): Promise<ActOutcome> {
    const { tool, parameters } = step;
    try {
      const message = await this.#parts.act({ tool, ...(node && { node: node.name }), parameters, requestedBy: work.requestedBy });
      return { ended: "well", message: message.slice(0, MESSAGE_CHARACTERS) };
    } catch (error) {
      this.#parts.log.warn({ err: error, executionId, stepId: step.id, tool, node: node?.name }, "an act failed");
      return { ended: isUnknown(error) ? "unknown" : "badly", message: reasonFor(error) };
    }
  }

  /** If the disk is full, control keeps the outcome in memory for the executor. */
  #save(key: string, claimed: BegunAct, outcome: ActOutcome): void {
    const { db, stepActs, journal, log } = this.#parts;
    const { executionId, step } = claimed;
    try {
      atomically(db, () => {
        stepActs.end(executionId, step.id, outcome);
        journal.acted(claimed, outcome);
      });
      this.#known.delete(key);
    } catch (error) {
      log.error({ err: error, executionId, stepId: step.id }, "the outcome of an act could not be saved");
    }
  }
}

/** The executor may have switched the machine before it disconnected. */
const isUnknown = (error: unknown): boolean => error instanceof MusterError && error.code === "POWER_UNKNOWN";

/** An execution may still be running while its executor is disconnected. */
const isAtWork = ({ status, endedAt }: Execution): boolean => status === "running" || (status === "unknown" && endedAt === undefined);

const stepsOf = ({ plan }: PlannedWork): PlanStep[] => [...plan.steps, ...plan.rollback.map(({ step }) => step)];

/** An unexpected error may contain file names or addresses, so its text is only in the log. */
const reasonFor = (error: unknown): string =>
  error instanceof NotPerformed
    ? error.message
    : error instanceof MusterError
      ? explain(error).slice(0, MESSAGE_CHARACTERS - 100)
      : "something went wrong inside Muster; see the log of control";
