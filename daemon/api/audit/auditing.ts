/** What the audit is told of requests, in one place for every route: what is about to change, what came of it, and who was refused. */
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
import type { Holder } from "../../store/admin/keys.ts";
import { failureIn } from "../errors.ts";
import { Repeats } from "../repeats.ts";
import { closingOf, subjectOf, summaryOf } from "./telling.ts";

/** What answers 401, 403 or 429 because of who asks; what the policy denies is recorded where it is decided. */
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

/** What was refused unread. Of whom we know, and where it would have changed something, that is an attempt as any other. */
const unread: ReadonlySet<ErrorCode> = new Set(["REQUEST_INVALID", "BODY_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED"]);

const SWEEP_MS = 60_000;

/** Asks whether it may be done, which may throw, and writes down that it is about to be. */
export type Begin = (ask: () => PlannedWork) => void;

const notAsked: Begin = (ask) => void ask();

export class Auditing {
  readonly #audit: Pick<AuditLog, "append">;
  readonly #repeats = new Repeats<AuditEntry>(SWEEP_MS);
  /** Read and understood: what becomes of them is told where it is decided. */
  readonly #reached = new WeakSet<FastifyRequest>();
  readonly #sweeping: PeriodicTask;

  constructor(audit: Pick<AuditLog, "append">, log: PeriodicWork["log"]) {
    this.#audit = audit;
    this.#sweeping = new PeriodicTask({
      everyMs: SWEEP_MS,
      run: () => this.#sweep(Date.now()),
      log,
      failure: "repeated refusals could not be recorded; retrying until it works",
    }).start();
  }

  async stop(): Promise<void> {
    await this.#sweeping.stop();
    this.#sweep(Number.POSITIVE_INFINITY);
  }

  /**
   * The intent is on disk before anything happens: after a crash in between it stands there without an outcome. Of what is done by
   * hand it names the plan and the rule, and so is written when that was decided; where that was not let, the road has told it.
   */
  async around<T>(route: Route, request: FastifyRequest, act: (begin: Begin) => T | Promise<T>): Promise<T> {
    const { caller } = request;
    // What is asked of the road may still be refused unread, by its headers.
    if (route.access !== "proposer") this.#reached.add(request);
    if (route.method === "GET" || route.recordsItself || caller === undefined) return act(notAsked);
    let about: AuditEntry & { action: "intent" } = {
      action: "intent",
      actor: actorOf(caller),
      subject: subjectOf(route, request.params),
      summary: summaryOf(route, request.body),
      executionId: randomUUID(),
    };
    const progress: { stage: "before" | "asked" | "begun" } = { stage: "before" };
    const begin = (ask?: () => PlannedWork) => {
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

  /** For what is no route, such as a connection that is opened or an answer that comes on it. */
  guarded(request: FastifyRequest, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.refused(error, request);
      throw error;
    }
  }

  loggedIn(holder: Holder): void {
    this.#audit.append({ action: "login", actor: actorOf(holder), subject: `key ${holder.keyId}`, summary: "logged in to the page" });
  }

  /** The same refusal again within a minute is only counted: whoever hammers at the door must not fill the disk. */
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
    if (this.#repeats.first(`${entry.actor.keyId} ${entry.actor.name} ${subject} ${code}`, entry, Date.now())) this.#audit.append(entry);
  }

  #sweep(now: number): void {
    for (const { of, count } of this.#repeats.ended(now)) this.#audit.append({ ...of, summary: `${of.summary} (${count} more times)` });
  }
}
