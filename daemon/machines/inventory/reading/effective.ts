/** Computes the values that Ansible sees for a host: the values of `all`, of its groups, and its own. Pure. */
import { groupsOfHosts } from "./memberships.ts";
import type { HostValues, Reading } from "./reading.ts";

const EVERYBODY = "all";
const PRIORITY = "ansible_group_priority";

/** Returns a function that computes the values of a host. A value of a deeper group replaces the value of its parents. */
export function valuesOfHosts({ groups, hosts }: Pick<Reading, "groups" | "hosts">): (host: string) => HostValues {
  const memberships = groupsOfHosts(groups);
  const rank = new Map(ranked(groups).map((name, index) => [name, index]));
  const vars = new Map(groups.map((group) => [group.name, group.vars]));
  return (host) => {
    const own = [EVERYBODY, ...(memberships.get(host) ?? []).toSorted((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))];
    const { [PRIORITY]: _, ...values } = Object.assign({}, ...own.map((name) => vars.get(name)), hosts[host]) as HostValues;
    return values;
  };
}

/** Ansible sorts groups by depth, then by priority, then by name. */
function ranked(groups: Reading["groups"]): string[] {
  const depth = depths(groups);
  const priority = new Map(groups.map(({ name, vars }) => [name, Number(vars[PRIORITY] ?? 1)]));
  const by = (name: string): [number, number] => [depth.get(name) ?? 1, priority.get(name) ?? 1];
  return groups.map(({ name }) => name).toSorted((a, b) => by(a)[0] - by(b)[0] || by(a)[1] - by(b)[1] || (a < b ? -1 : 1));
}

/** The depth of a group is the longest way from `all`. */
function depths(groups: Reading["groups"]): Map<string, number> {
  const found = new Map(groups.map(({ name }) => [name, name === EVERYBODY ? 0 : 1]));
  // In a loop of groups, which Ansible refuses, the depth would grow without end.
  for (let round = 0, grown = true; grown && round <= groups.length; round++) {
    grown = false;
    for (const { name, children } of groups)
      for (const child of children) {
        const deeper = (found.get(name) ?? 0) + 1;
        if (deeper <= (found.get(child) ?? 0)) continue;
        found.set(child, deeper);
        grown = true;
      }
  }
  return found;
}
