/** Records requests of every route in the audit: the intent of a change, its outcome, and refused callers. */
import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { actorOf, strangerAt } from "../../audit/actor.ts";
import type { AuditLog } from "../../audit/log.ts";
import type { AuditEntry } from "../../contract/audit/audit.ts";
import type { PlannedWork } from "../../contract/changes/plan.ts";
import type { Route } from "../../contract/route.ts";
import { routes } from "../../contract/routes.ts";
import type { ErrorCode } from "../../errors/errors.ts";
import { PeriodicTask, type PeriodicWork } from "../../errors/periodic-task.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import type { Holder } from "../../store/admin/keys.ts";
import { failureIn } from "../errors.ts";
import { Repeats } from "../repeats.ts";
import { closingOf, subjectOf, summaryOf } from "./telling.ts";

/**
 * The error codes for requests that are refused because of their caller. Codes for denials by the policy are not in this list,
 * because the area `changes` records the denials.
 */
const refusals: ReadonlySet<ErrorCode> = new Set([
  "KEY_MISSING",
  "KEY_INVALID",
  "KEY_EXPIRED",
  "SESSION_ENDED",
  "NOT_ALLOWED",
  "CSRF_INVALID",
  "ORIGIN_REFUSED",
  "RATE_LIMITED",
]);

/**
 * Error codes that refuse a request before a handler reads it. If the caller is known, the audit records the
 * request as an attempted change.
 */
const unread: ReadonlySet<ErrorCode> = new Set(["REQUEST_INVALID", "BODY_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED"]);

const SWEEP_MS = 60_000;

/**
 * Calls `ask`, which throws an error if the policy does not allow the planned work. If `ask` returns, this function
 * records the intent in the audit. An action without a plan changes no machine.
 */
export type Begin = (ask: () => PlannedWork | undefined) => void;

/** The parts of a request that the contract of its route names. A part without a schema is undefined. */
export type NamedParts = Readonly<Record<"params" | "query" | "body", Record<string, unknown> | undefined>>;

const notAsked: Begin = (ask) => void ask();

export class Auditing {
  readonly #audit: Pick<AuditLog, "append">;
  readonly #repeats = new Repeats<AuditEntry>(SWEEP_MS);
  /**
   * Requests that passed validation. `around` records the outcome of each validated request, so `refused` must not
   * record the request as unread.
   */
  readonly #reached = new WeakSet<FastifyRequest>();
  readonly #sweeping: PeriodicTask;

  constructor(audit: Pick<AuditLog, "append">, log: PeriodicWork["log"]) {
    this.#audit = audit;
    this.#sweeping = new PeriodicTask({
      everyMs: SWEEP_MS,
      run: () => this.#sweep(steadyMs()),
      log,
      failure: "repeated refusals could not be recorded; retrying until it works",
    }).start();
  }

  async stop(): Promise<void> {
    await this.#sweeping.stop();
    this.#sweep(Number.POSITIVE_INFINITY);
  }

  /**
   * Records the intent on disk before `act` changes anything. If control crashes during `act`, the audit shows
   * an intent without an outcome. The intent of a manual action names the plan and the rule, so it is recorded
   * after the policy has decided. If the policy does not allow the action, the area `changes` has already
   * recorded the refusal.
   */
  async around<T>(route: Route, request: FastifyRequest, named: NamedParts, act: (begin: Begin) => T | Promise<T>): Promise<T> {
    const { caller } = request;
    // A handler of a `proposer` route may still refuse a request because of the request's headers.
    // The audit records such a request as unread.
    if (route.access !== "proposer") this.#reached.add(request);
    if (route.method === "GET" || route.recordsItself || caller === undefined) return act(notAsked);
    let about: AuditEntry & { action: "intent" } = {
      action: "intent",
      actor: actorOf(caller),
      subject: subjectOf(route, named.params),
      summary: summaryOf(route, named.body),
      executionId: randomUUID(),
    };
    const progress: { stage: "before" | "asked" | "begun" } = { stage: "before" };
    const begin = (ask?: () => PlannedWork | undefined) => {
      progress.stage = "asked";
      const work = ask?.();
      if (work) about = { ...about, planHash: work.hash, rule: work.decision.rule, policyVersion: work.decision.policyVersion };
      this.#audit.append(about);
      progress.stage = "begun";
    };
    if (!route.byHand) begin();
    let answer: T;
    try {
      answer = await act(begin);
    } catch (error) {
      if (progress.stage === "asked") throw error;
      if (progress.stage === "before") this.#audit.append(about);
      this.#audit.append({ ...about, action: "outcome", result: failureIn(error).code });
      throw error;
    }
    this.#audit.append({ ...about, ...closingOf(route, about, answer) });
    return answer;
  }

  /** Records a refusal that happens outside a route, such as on a WebSocket, and rethrows the error. */
  guarded<T>(request: FastifyRequest, act: () => T): T {
    try {
      return act();
    } catch (error) {
      this.refused(error, request);
      throw error;
    }
  }

  loggedIn(holder: Holder): void {
    this.#audit.append({ action: "login", actor: actorOf(holder), subject: `key ${holder.keyId}`, summary: "logged in to the page" });
  }

  /**
   * Records only the first of several equal refusals within a minute, so that a client in a loop cannot fill
   * the disk. The repeats are counted.
   */
  refused(error: unknown, request: FastifyRequest): void {
    const { code, message } = failureIn(error);
    const attempt = unread.has(code) && request.caller !== undefined && request.method !== "GET" && !this.#reached.has(request);
    if (!refusals.has(code) && !attempt) return;
    const { method, url = "" } = request.routeOptions;
    const subject = `${request.method} ${url}`;
    const login = url === routes.login.path && method === routes.login.method;
    const entry: AuditEntry = {
      action: login ? "login-failed" : "refusal",
      actor: request.caller ? actorOf(request.caller) : strangerAt(request.ip),
      subject,
      summary: message,
      result: code,
    };
    if (this.#repeats.first(`${entry.actor.keyId} ${entry.actor.name} ${subject} ${code}`, entry, steadyMs())) this.#audit.append(entry);
  }

  #sweep(now: number): void {
    for (const { of, count } of this.#repeats.ended(now)) this.#audit.append({ ...of, summary: `${of.summary} (${count} more times)` });
  }
}
