/** Defines colours and links for audit records. Pure. */
import type { AuditAction, AuditRecord } from "../../../daemon/contract/audit/audit.ts";

const bad = /^(refus|fail|deny|denied|timed|partial|rolled|unknown|expired|dropped)/;
const good = /^(succe|approve$|allow$|ok$)/;

export function resultTone(result: string | undefined): string {
  if (result === undefined) return "muted";
  if (bad.test(result)) return "bad";
  return good.test(result) ? "good" : "idle";
}

const alarming: readonly AuditAction[] = ["login-failed", "refusal"];

export const actionTone = (action: AuditAction): string => (alarming.includes(action) ? "bad" : action === "intent" ? "working" : "idle");

/** Returns the address of the page about the subject of a record. */
export function subjectLink({ subject, executionId }: Pick<AuditRecord, "subject" | "executionId">): string | undefined {
  const [, kind, id] = /^(approval|execution|node|job) (\S+)$/.exec(subject) ?? [];
  if (kind !== undefined && id !== undefined) return `#/${kind}s/${encodeURIComponent(id)}`;
  return executionId === undefined ? undefined : `#/executions/${encodeURIComponent(executionId)}`;
}

/** Converts an instant to local time, in the format of an HTML field for date and time. */
export function localTime(instant: string): string {
  if (instant === "") return "";
  const at = new Date(instant);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export const instantOf = (local: string): string => (Number.isNaN(Date.parse(local)) ? "" : new Date(local).toISOString());
