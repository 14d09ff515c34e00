/** Selects the events and audit records that count towards an alert. */
import { type AuditedAct, type TypedEvent, timesOf } from "../../store/admin/happenings.ts";

export interface Signal {
  at: string;
  kind: "login-failed" | "denied" | "refused" | "node-failed" | "work-done" | "work-failed" | "spent" | "acted";
  /** One line that describes the signal to people. Machines and people who propose changes control parts of the line. */
  about: string;
  usd: number;
  /** The type of the event, if the signal comes from an event. */
  event?: string;
  node?: string;
  /** The API key that changed or proposed something. */
  keyId?: string;
  /** The number of occurrences that the signal counts, because one record can stand for many occurrences. */
  times: number;
}

const kinds: Record<string, Signal["kind"]> = {
  "plan.denied": "denied",
  "install.failed": "node-failed",
  "wipe.failed": "node-failed",
  "node.install-failed": "node-failed",
  "node.configure-failed": "node-failed",
  "job.succeeded": "work-done",
  "job.failed": "work-failed",
  "job.timed-out": "work-failed",
  "execution.succeeded": "work-done",
  "execution.failed": "work-failed",
  "execution.rolled-back": "work-failed",
  "execution.partial": "work-failed",
  "execution.timed-out": "work-failed",
};

/**
 * The reasons of refused requests that count towards an alert. A request without a key or with an ended session does
 * not count, because both are normal.
 */
const suspicious = ["refused", "KEY_INVALID", "NOT_ALLOWED", "CSRF_INVALID", "ORIGIN_REFUSED"];

export const signalTypes = Object.keys(kinds);

export function signalOfEvent({ at, type, summary, node }: TypedEvent): Signal | undefined {
  const kind = kinds[type];
  if (kind === undefined) return undefined;
  const about = node === null || summary.startsWith(node) ? summary : `${node}: ${summary}`;
  return { at, kind, about, event: type, ...(node !== null && { node }), usd: 0, times: 1 };
}

/** Machines report often, and Muster itself acts for plans that were counted as proposals. */
const unobserved = ["node", "system"];

export function signalOfAct({ at, action, summary, result, costUsd, keyId, role, planHash }: AuditedAct): Signal | undefined {
  const times = timesOf(summary);
  if (action === "login-failed") return { at, kind: "login-failed", about: summary, usd: 0, times };
  if (action === "refusal" && suspicious.includes(result ?? "")) return { at, kind: "refused", about: summary, usd: 0, times };
  if (action === "outcome" && costUsd !== null && costUsd > 0) return { at, kind: "spent", about: summary, usd: costUsd, times: 1 };
  const acted = action === "proposal" || (action === "intent" && planHash === null);
  if (acted && !unobserved.includes(role)) return { at, kind: "acted", about: summary, keyId, usd: 0, times };
  return undefined;
}
