/** Stores the search of the audit log in the address, so that users can save and share the search. Pure. */
import { AuditAction, type AuditRecord } from "../../../daemon/contract/audit/audit.ts";

export interface AuditFilter {
  /** The text to search for in all texts of a record. */
  text: string;
  user: string;
  action: AuditAction | "";
  /** An instant, or empty. */
  since: string;
  until: string;
  node: string;
  /** The beginning of a plan's hash, or the id of the plan. */
  plan: string;
  result: string;
}

export const wholeAudit: AuditFilter = { text: "", user: "", action: "", since: "", until: "", node: "", plan: "", result: "" };

const names: Record<keyof AuditFilter, string> = {
  text: "q",
  user: "user",
  action: "action",
  since: "since",
  until: "until",
  node: "node",
  plan: "plan",
  result: "result",
};

/** Ignores invalid values, because a user may type the address by hand. */
export function parseAuditHash(hash: string): AuditFilter {
  const given = new URLSearchParams(hash.includes("?") ? hash.slice(hash.indexOf("?")) : "");
  const text = (key: keyof AuditFilter) => (given.get(names[key]) ?? "").slice(0, 200);
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

/** Returns an address that contains only the filters that are set. */
export function auditHash(filter: AuditFilter): string {
  const said = new URLSearchParams();
  for (const [key, name] of Object.entries(names) as [keyof AuditFilter, string][]) if (filter[key] !== "") said.set(name, filter[key]);
  return said.size === 0 ? "#/audit" : `#/audit?${said}`;
}

const instant = (text: string): string => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
};

/** Returns the filters that the daemon applies. The browser applies the other filters to the answer. */
export const askedOf = ({ user, action, since, until }: AuditFilter) => ({
  ...(user !== "" && { user }),
  ...(action !== "" && { action }),
  ...(since !== "" && { since }),
  ...(until !== "" && { until }),
});

export const filtersOnPage = ({ text, node, plan, result }: AuditFilter): boolean => [text, node, plan, result].some((part) => part !== "");

export function recordFits(record: AuditRecord, { text, node, plan, result }: AuditFilter): boolean {
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
  /** True if there are no older records. */
  end: boolean;
}

export const nothingYet: Looked = { records: [], end: false };

/** `wanted` is the number of matches to show, and `reach` is the maximum number of records to search. */
export function nextPage({ records, end }: Looked, fitting: number, wanted: number, reach: number) {
  if (end || fitting >= wanted || records.length >= reach) return undefined;
  const last = records.at(-1)?.seq;
  // The first page is small, so that it appears quickly. Later pages use the maximum size that the daemon allows.
  return { limit: records.length === 0 ? 200 : 1000, ...(last !== undefined && { before: last }) };
}

/** Adds a page. Records that were written between two requests do not cause duplicates. */
export function takePage(was: Looked, page: readonly AuditRecord[], limit: number): Looked {
  const last = was.records.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  return { records: [...was.records, ...page.filter(({ seq }) => seq < last)], end: page.length < limit };
}
