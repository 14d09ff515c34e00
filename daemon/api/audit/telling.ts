/** Describes a request for the audit: its subject and a summary, without names of people and without secrets. Pure. */
import type { AuditEntry } from "../../contract/audit/audit.ts";
import type { Route } from "../../contract/route.ts";
import { routes } from "../../contract/routes.ts";

/** Such as `node rack1-n1` or `key 1f3a9c04`. Without parameters in the path it is the kind alone, such as `runs`. */
export function subjectOf({ path }: Route, params: unknown): string {
  const values = Object.values(Object(params)).map(String);
  return [kindOf(path, values.length > 0), ...values].join(" ");
}

/** Fields of a body that the audit shows. They name no person. A field that is not listed may be a secret, such as a variable's value. */
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

/** The outcome of a request that succeeded. It names the created resource, or the queued jobs if the answer is 202. */
export function closingOf(route: Route, { subject, summary }: About, answer: unknown): Pick<AuditEntry, "action" | "result"> & About {
  const action = route === routes.createKey ? "key-created" : route === routes.revokeKey ? "key-revoked" : "outcome";
  const made = [answer].flat().map((each) => Object(each) as { id?: unknown; name?: unknown });
  if (route.status === 202) {
    const jobs = made.flatMap(({ id }) => (typeof id === "string" ? [id] : []));
    return { action, subject, summary: jobs.length === 0 ? summary : `${summary}: job ${jobs.join(", ")}`, result: "accepted" };
  }
  // A key's name is often the name of a person, so the audit uses its id.
  const name = route === routes.createKey ? made[0]?.id : (made[0]?.name ?? made[0]?.id);
  const named = route.status === 201 && typeof name === "string";
  return { action, subject: named ? `${kindOf(route.path, true)} ${name}` : subject, summary, result: "done" };
}

/** The resource that a path is about: `nodes` for `/api/nodes/:node/arm`, or `node` with `one`. */
function kindOf(path: string, one: boolean): string {
  const [, , kind = path] = path.split("/");
  return one ? kind.replace(/s$/, "") : kind;
}
