/**
 * Sends each pending alert to the webhook until the webhook confirms the alert. If a confirmation is lost, the alert is sent
 * twice.
 */
import type { AlertRunbook } from "../../contract/admin/alert.ts";
import { backoff } from "../../errors/backoff.ts";
import { PeriodicTask } from "../../errors/periodic-task.ts";
import type { Log } from "../../log/log.ts";
import type { AlertStore, StoredAlert } from "../../store/admin/alerts.ts";
import { slackBody } from "./slack.ts";

const EVERY_MS = 1000;
const PATIENCE_MS = 10_000;
const FIRST_WAIT_SECONDS = 5;
const LONGEST_WAIT_SECONDS = 3600;
const GIVE_UP_AFTER_HOURS = 72;

export interface DeliveryParts {
  alerts: AlertStore;
  /** The address of the webhook is a secret, because every client that knows it can post messages there. */
  webhook: URL;
  /** Returns the matching runbooks, the best match first. */
  runbooksFor(alert: StoredAlert): readonly AlertRunbook[];
  log: Pick<Log, "warn" | "error">;
}

/**
 * Returns the time of the next attempt, or undefined after the last attempt. The wait triples after each failed
 * attempt, up to one hour.
 */
export function nextTry({ tries, at }: Pick<StoredAlert, "tries" | "at">, now: Date): Date | undefined {
  if (now.getTime() - Date.parse(at) > GIVE_UP_AFTER_HOURS * 3_600_000) return undefined;
  const seconds = backoff({ first: FIRST_WAIT_SECONDS, most: LONGEST_WAIT_SECONDS, factor: 3 }, tries + 1);
  return new Date(now.getTime() + seconds * 1000);
}

export class AlertDelivery {
  readonly #parts: DeliveryParts;
  readonly #stopped = new AbortController();
  readonly #rounds: PeriodicTask;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#rounds = new PeriodicTask({
      everyMs: EVERY_MS,
      run: () => this.deliver(),
      log: parts.log,
      failure: "alerts: could not be delivered; retrying until it works",
    });
  }

  start(): this {
    this.#rounds.start();
    return this;
  }

  /** Aborts a running request. The alert of an aborted request is sent again after the next start. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#rounds.stop();
  }

  /** Sends all alerts that are due, in order. Stops at the first failure, because the next alert would fail too. */
  async deliver(): Promise<void> {
    const now = Date.now();
    // A later time than the longest wait came from a clock that was set back since then.
    const latest = new Date(now + LONGEST_WAIT_SECONDS * 1000);
    for (const alert of this.#parts.alerts.due(new Date(now).toISOString(), latest.toISOString())) {
      if (!(await this.#post(alert))) return;
    }
  }

  async #post(alert: StoredAlert): Promise<boolean> {
    const { alerts, webhook, log, runbooksFor } = this.#parts;
    const failure = await this.#send(slackBody(alert.summary, runbooksFor(alert)[0]));
    if (this.#stopped.signal.aborted && failure !== undefined) return false;
    const now = new Date();
    if (failure === undefined) {
      alerts.delivered(alert.id, now.toISOString());
      return true;
    }
    const next = nextTry(alert, now);
    alerts.failed(alert.id, failure, next?.toISOString());
    log.warn({ alert: alert.id, host: webhook.host, reason: failure, next: next?.toISOString() }, "alert not delivered");
    return false;
  }

  /** Returns the reason if the webhook did not accept the alert, otherwise undefined. */
  async #send(body: string): Promise<string | undefined> {
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), this.#stopped.signal]);
      const headers = { "content-type": "application/json" };
      const response = await fetch(this.#parts.webhook, { method: "POST", headers, body, signal, redirect: "manual" });
      await response.body?.cancel();
      return response.ok ? undefined : `it answered ${response.status}`;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return cause instanceof Error && "code" in cause ? String(cause.code) : cause instanceof Error ? cause.name : "no answer";
    }
  }
}
