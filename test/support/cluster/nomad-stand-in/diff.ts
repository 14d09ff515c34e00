/** The difference between two versions of a job, in the form of Nomad's plan. Unchanged values of a changed object have the type `None`. */
import type { Group, Job, Task } from "./rows.ts";

type Kind = "None" | "Added" | "Deleted" | "Edited";
interface Field {
  Type: Kind;
  Name: string;
  Old: string;
  New: string;
  Annotations: string[] | null;
}
interface Part {
  Type: Kind;
  Name: string;
  Fields: Field[] | null;
  Objects: Part[] | null;
}

type Loose = Record<string, unknown>;

/** The state of a job is not part of its specification. */
const STATE = new Set(
  "ID Status StatusDescription Stable Version SubmitTime CreateIndex ModifyIndex JobModifyIndex ParentID Periodic Update TaskGroups Tasks".split(
    " ",
  ),
);

const kindOf = (before: unknown, after: unknown): Kind =>
  before === undefined ? (after === undefined ? "None" : "Added") : after === undefined ? "Deleted" : before === after ? "None" : "Edited";

/** `{ args: ["a"] }` becomes `args[0]: "a"`. Objects stay, and become parts of their own. */
function flat(value: object): { fields: Map<string, string>; objects: Map<string, object> } {
  const fields = new Map<string, string>();
  const objects = new Map<string, object>();
  for (const [name, each] of Object.entries(value as Loose)) {
    if (STATE.has(name) || each === null || each === undefined || each === "") continue;
    if (Array.isArray(each) && each.every((item) => typeof item !== "object"))
      for (const [at, item] of each.entries()) fields.set(`${name}[${at}]`, String(item));
    else if (Array.isArray(each)) for (const [at, item] of each.entries()) objects.set(`${name}[${at}]`, item as object);
    else if (typeof each === "object") objects.set(name, each);
    else if (name !== "Name" || !("Tasks" in value || "Driver" in value)) fields.set(name, String(each));
  }
  return { fields, objects };
}

function part(name: string, before: object | undefined, after: object | undefined): Part {
  const [old, now] = [flat(before ?? {}), flat(after ?? {})];
  const fields = [...new Set([...old.fields.keys(), ...now.fields.keys()])].sort().map((field) => {
    const [Old, New] = [old.fields.get(field), now.fields.get(field)];
    return { Type: kindOf(Old, New), Name: field, Old: Old ?? "", New: New ?? "", Annotations: null };
  });
  const objects = [...new Set([...old.objects.keys(), ...now.objects.keys()])]
    .map((key) => part(key.replace(/\[\d+\]$/, ""), old.objects.get(key), now.objects.get(key)))
    .filter(({ Type }) => Type !== "None");
  const changed = fields.some(({ Type }) => Type !== "None") || objects.length > 0;
  const Type = before === undefined ? "Added" : after === undefined ? "Deleted" : changed ? "Edited" : "None";
  return { Type, Name: name, Fields: changed ? fields : null, Objects: objects.length > 0 ? objects : null };
}

const changedOnly = ({ Fields, ...rest }: Part) => ({ ...rest, Fields: Fields?.filter(({ Type }) => Type !== "None") ?? null });

const byName = <Named extends { Name: string }>(before: Named[], after: Named[]) =>
  [...new Set([...before, ...after].map(({ Name }) => Name))].map((name) => {
    const find = (list: Named[]) => list.find(({ Name }) => Name === name);
    return { name, old: find(before), now: find(after) };
  });

function taskDiff({ name, old, now }: { name: string; old: Task | undefined; now: Task | undefined }) {
  const own = changedOnly(part(name, old, now));
  const Annotations = own.Type === "None" ? null : [own.Type === "Edited" ? "forces create/destroy update" : "forces create"];
  return { ...own, Annotations };
}

export function jobDiff(old: Job | undefined, now: Job, updatesOf: (group: string) => Record<string, number>) {
  const TaskGroups = byName<Group>(old?.TaskGroups ?? [], now.TaskGroups).map((pair) => {
    const own = changedOnly(part(pair.name, pair.old, pair.now));
    const tasks = byName<Task>(pair.old?.Tasks ?? [], pair.now?.Tasks ?? []).map(taskDiff);
    const count = own.Fields?.find(({ Name }) => Name === "Count");
    if (count) count.Annotations = [Number(count.New) > Number(count.Old || 0) ? "forces create" : "forces destroy"];
    const Type: Kind = own.Type === "None" && tasks.some((task) => task.Type !== "None") ? "Edited" : own.Type;
    return { ...own, Type, Tasks: tasks, Updates: updatesOf(pair.name) };
  });
  const own = changedOnly(part("", old, now));
  const Type: Kind = own.Type === "None" && TaskGroups.some((group) => group.Type !== "None") ? "Edited" : own.Type;
  return { Type, ID: now.ID, Fields: own.Fields, Objects: own.Objects, TaskGroups };
}

/** Returns whether allocations of the old version must be replaced. A change of the count alone replaces none. */
export const tasksChanged = (old: Group | undefined, now: Group | undefined): boolean =>
  JSON.stringify([old?.Tasks, old?.Constraints]) !== JSON.stringify([now?.Tasks, now?.Constraints]);
