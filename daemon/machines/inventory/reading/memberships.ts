/** Computes the groups of each host, including parent groups. Pure. */
import type { InventoryView } from "../../../contract/machines/inventory.ts";

/** The name of the group that contains every host. The results never list the group `all`. */
const EVERYBODY = "all";

export function groupsOfHosts(groups: InventoryView["groups"]): ReadonlyMap<string, readonly string[]> {
  const above = new Map<string, string[]>();
  for (const { name, children } of groups) for (const child of children) above.set(child, [...(above.get(child) ?? []), name]);
  const found = new Map<string, Set<string>>();
  for (const { name, hosts } of groups)
    for (const host of hosts) {
      const mine = found.get(host) ?? new Set<string>();
      found.set(host, mine);
      const climb = [name];
      for (let group = climb.pop(); group !== undefined; group = climb.pop()) {
        if (mine.has(group)) continue; // prevents an endless loop if a group contains itself
        mine.add(group);
        climb.push(...(above.get(group) ?? []));
      }
    }
  return new Map([...found].map(([host, names]) => [host, [...names].filter((name) => name !== EVERYBODY).toSorted()]));
}
