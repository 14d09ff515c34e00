/**
 * Checks new events and audit records, and raises alerts. Each alert becomes an event, and a database row that waits
 * for the webhook.
 */
import { PeriodicTask } from "../../errors/periodic-task.ts";
import type { Log } from "../../log/log.ts";
import type { AlertStore } from "../../store/admin/alerts.ts";
import type { Happenings } from "../../store/admin/happenings.ts";
import { atomically, type Db } from "../../store/database.ts";
import type { EventStore } from "../../store/events.ts";
import { type AlertRules, judge, longestMinutes } from "./rules.ts";
import { type Signal, signalOfAct, signalOfEvent, signalTypes } from "./signals.ts";

const EVERY_MS = 2000;
const MOST_ACTS = 10_000;

export interface WatchParts {
  db: Db;
  events: EventStore;
  alerts: AlertStore;
  happenings: Happenings;
  rules: AlertRules;
  /** True if the configuration names a webhook for alerts. */
  deliver: boolean;
  redact(text: string): string;
  log: Pick<Log, "error">;
}

export class AlertWatch {
  readonly #parts: WatchParts;
  readonly #rounds: PeriodicTask;
  #signals: Signal[] = [];
  #lastEvent = 0;
  #lastAct = 0;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#rounds = new PeriodicTask({
      everyMs: EVERY_MS,
      run: () => this.look(new Date()),
      log: parts.log,
      failure: "alerts: the check of new events failed; retrying until it works",
    });
  }

  start(): this {
    this.#rounds.start();
    return this;
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  look(now: Date): void {
    const { db, alerts, events, rules, deliver, redact } = this.#parts;
    const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
    const since = ago(longestMinutes(rules));
    // Signals of activity are many, so they are dropped as soon as their own rule no longer needs them.
    const activeSince = ago(rules.unusualActivity?.minutes ?? 0);
    this.#signals = [...this.#signals, ...this.#fresh(since)].filter(({ at, kind }) => at >= (kind === "acted" ? activeSince : since));
    for (const { summary, ...alert } of judge(rules, this.#signals, alerts.lastRaised(), now)) {
      const shown = redact(summary);
      atomically(db, () => {
        alerts.raise({ ...alert, summary: shown }, now.toISOString(), deliver);
        events.append({ source: "control", type: "alert.raised", summary: shown, detail: { rule: alert.rule } }, now);
      });
    }
  }

  #fresh(since: string): Signal[] {
    const { happenings } = this.#parts;
    const { events, upTo } = happenings.events(signalTypes, this.#lastEvent, since);
    this.#lastEvent = upTo;
    const acts = happenings.acts(this.#lastAct, since, MOST_ACTS);
    this.#lastAct = acts.at(-1)?.seq ?? this.#lastAct;
    return [...events.map(signalOfEvent), ...acts.map(signalOfAct)].filter((signal) => signal !== undefined);
  }
}
