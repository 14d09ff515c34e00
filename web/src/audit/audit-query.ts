/** Which records of the audit are shown, read from and written to the address: a search can be kept and sent to somebody. Pure. */
import { AuditAction, type AuditRecord } from "../../../daemon/contract/audit/audit.ts";

export interface AuditWish {
  /** Anywhere in what is said. */
  text: string;
  user: string;
  action: AuditAction | "";
  /** Instants, or empty. */
  since: string;
  until: string;
  node: string;
  /** The beginning of a plan's hash, or its id. */
  plan: string;
  result: string;
}

export const wholeAudit: AuditWish = { text: "", user: "", action: "", since: "", until: "", node: "", plan: "", result: "" };

const names: Record<keyof AuditWish, string> = {
  text: "q",
  user: "user",
  action: "action",
  since: "since",
  until: "until",
  node: "node",
  plan: "plan",
  result: "result",
};

/** Somebody may have typed it: what makes no sense is as if it were not there. */
export function parseAuditHash(hash: string): AuditWish {
  const given = new URLSearchParams(hash.includes("?") ? hash.slice(hash.indexOf("?")) : "");
  const text = (key: keyof AuditWish) => (given.get(names[key]) ?? "").slice(0, 200);
  return {
    text: text("text"),
    user: text("user"),
    action: AuditAction.options.find((known) => known === given.get("action")) ?? "",
    since: instant(text("since")),
    until: instant(text("until")),
    node: text("node"),
    plan: text("plan"),
    result: text("result"),
  };
}

/** Only what is wished is said. */
export function auditHash(wish: AuditWish): string {
  const said = new URLSearchParams();
  for (const [key, name] of Object.entries(names) as [keyof AuditWish, string][]) if (wish[key] !== "") said.set(name, wish[key]);
  return said.size === 0 ? "#/audit" : `#/audit?${said}`;
}

const instant = (text: string): string => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
};

/** What the daemon looks for by itself; the rest is looked for in what it answers. */
export const askedOf = ({ user, action, since, until }: AuditWish) => ({
  ...(user !== "" && { user }),
  ...(action !== "" && { action }),
  ...(since !== "" && { since }),
  ...(until !== "" && { until }),
});

export const looksFurther = ({ text, node, plan, result }: AuditWish): boolean => [text, node, plan, result].some((part) => part !== "");

export function recordFits(record: AuditRecord, { text, node, plan, result }: AuditWish): boolean {
  const { actor, subject, summary, reason = "", rule = "", planHash = "" } = record;
  const wanted = text.trim().toLowerCase();
  const said = [String(record.seq), actor.name, actor.onBehalfOf ?? "", record.action, subject, summary, reason, rule, record.result ?? ""];
  if (wanted !== "" && !said.some((part) => part.toLowerCase().includes(wanted))) return false;
  if (node !== "" && !`${subject} ${summary}`.split(/[^A-Za-z0-9-]+/).includes(node.trim().toLowerCase())) return false;
  const id = plan.trim().toLowerCase();
  if (id !== "" && !planHash.startsWith(id) && !subject.startsWith(`plan ${id}`)) return false;
  return result === "" || (record.result ?? "").includes(result.trim().toLowerCase());
}

export interface Looked {
  records: readonly AuditRecord[];
  /** There are no older ones. */
  end: boolean;
}

export const nothingYet: Looked = { records: [], end: false };

/** `wanted`: how many that fit shall be shown; `reach`: how many may be looked at for them. */
export function nextPage({ records, end }: Looked, fitting: number, wanted: number, reach: number) {
  if (end || fitting >= wanted || records.length >= reach) return undefined;
  const last = records.at(-1)?.seq;
  // Few at first, to show something soon; then as many as the daemon gives.
  return { limit: records.length === 0 ? 200 : 1000, ...(last !== undefined && { before: last }) };
}

/** What came for a page. A record is never shown twice, whatever was written meanwhile. */
export function takePage(was: Looked, page: readonly AuditRecord[], limit: number): Looked {
  const last = was.records.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  return { records: [...was.records, ...page.filter(({ seq }) => seq < last)], end: page.length < limit };
}
