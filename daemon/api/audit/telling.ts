/**
 * Describes a request for the audit by a subject and a summary. The description contains no names of people and
 * no secrets. All functions are pure.
 */
import type { AuditEntry } from "../../contract/audit/audit.ts";
import type { Route } from "../../contract/route.ts";
import { routes } from "../../contract/routes.ts";

/**
 * Returns a subject such as `node rack1-n1` or `key 1f3a9c04`. If the path has no parameters, the subject is only the
 * kind of resource, such as `runs`.
 */
export function subjectOf({ path }: Route, params: unknown): string {
  const values = Object.values(Object(params)).map(String);
  return [kindOf(path, values.length > 0), ...values].join(" ");
}

/**
 * The body fields that the audit shows, because they contain no name of a person. A body field that is not in this list
 * may contain a secret, such as a variable's value.
 */
const telling = ["playbook", "nodes", "check", "action", "profile", "disks", "disk", "quick", "role", "cron", "uses", "mac", "group"];

export function summaryOf({ summary }: Route, body: unknown): string {
  const [wish = summary] = summary.split(/[;:]/);
  const told = telling.flatMap((name) => {
    const value: unknown = Object(body)[name];
    return value === undefined ? [] : [`${name} ${Array.isArray(value) ? value.join(",") : String(value)}`];
  });
  return told.length === 0 ? wish : `${wish} (${told.join("; ")})`;
}

type About = Pick<AuditEntry, "subject" | "summary">;

/**
 * Returns the outcome of a successful request. The outcome names the created resource. If the status is 202,
 * the outcome names the queued jobs.
 */
export function closingOf(route: Route, { subject, summary }: About, answer: unknown): Pick<AuditEntry, "action" | "result"> & About {
  const action = route === routes.createKey ? "key-created" : route === routes.revokeKey ? "key-revoked" : "outcome";
  const made = [answer].flat().map((each) => Object(each) as { id?: unknown; name?: unknown });
  if (route.status === 202) {
    const jobs = made.flatMap(({ id }) => (typeof id === "string" ? [id] : []));
    return { action, subject, summary: jobs.length === 0 ? summary : `${summary}: job ${jobs.join(", ")}`, result: "accepted" };
  }
  // A key is often named after a person, so the audit records the key's id instead of its name.
  const name = route === routes.createKey ? made[0]?.id : (made[0]?.name ?? made[0]?.id);
  const named = route.status === 201 && typeof name === "string";
  return { action, subject: named ? `${kindOf(route.path, true)} ${name}` : subject, summary, result: "done" };
}

/**
 * Returns the kind of resource in a path: `nodes` for `/api/nodes/:node/arm`. The result is the singular if `one` is true,
 * such as `node`.
 */
function kindOf(path: string, one: boolean): string {
  const [, , kind = path] = path.split("/");
  return one ? kind.replace(/s$/, "") : kind;
}
