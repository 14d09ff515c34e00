/** How a request reads in the audit: what it is about and what it wants, without names of people and without secrets. Pure. */
import type { AuditEntry } from "../../contract/audit/audit.ts";
import type { Route } from "../../contract/route.ts";
import { routes } from "../../contract/routes.ts";

/** `node rack1-n1`, `key 1f3a9c04`; `runs` where nothing is named. */
export function subjectOf({ path }: Route, params: unknown): string {
  const values = Object.values(Object(params)).map(String);
  return [kindOf(path, values.length > 0), ...values].join(" ");
}

/** Fields that say what is wanted and never who. What is not listed may be a secret, such as the value of a variable. */
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

/** The end of what succeeded; it names what was made, and the jobs that still have to do it. */
export function closingOf(route: Route, { subject, summary }: About, answer: unknown): Pick<AuditEntry, "action" | "result"> & About {
  const action = route === routes.createKey ? "key-created" : route === routes.revokeKey ? "key-revoked" : "outcome";
  const made = [answer].flat().map((each) => Object(each) as { id?: unknown; name?: unknown });
  if (route.status === 202) {
    const jobs = made.flatMap(({ id }) => (typeof id === "string" ? [id] : []));
    return { action, subject, summary: jobs.length === 0 ? summary : `${summary}: job ${jobs.join(", ")}`, result: "accepted" };
  }
  // A key is named by people, after people.
  const name = route === routes.createKey ? made[0]?.id : (made[0]?.name ?? made[0]?.id);
  const named = route.status === 201 && typeof name === "string";
  return { action, subject: named ? `${kindOf(route.path, true)} ${name}` : subject, summary, result: "done" };
}

/** `/api/nodes/:node/arm` is about a node. */
function kindOf(path: string, one: boolean): string {
  const [, , kind = path] = path.split("/");
  return one ? kind.replace(/s$/, "") : kind;
}
