/**
 * Collects the inventory groups of each machine by the machine's name. The role of a machine is one of two groups that
 * Muster maintains. Pure.
 */
import type { InventoryView } from "../../../../daemon/contract/machines/inventory.ts";

export interface Membership {
  role: "worker" | "controller" | undefined;
  /** The groups of the machine, except the two groups that stand for a role. */
  groups: readonly string[];
}

const roleOf = new Map<string, "worker" | "controller">([
  ["worker_nodes", "worker"],
  ["controller_nodes", "controller"],
]);

export const nowhere: Membership = { role: undefined, groups: [] };

export function membershipsOf({ groups }: InventoryView): ReadonlyMap<string, Membership> {
  const found = new Map<string, Membership>();
  for (const { name, hosts } of groups) {
    if (name === "all" || name === "ungrouped") continue;
    const role = roleOf.get(name);
    for (const host of hosts) {
      const was = found.get(host) ?? nowhere;
      found.set(host, role ? { ...was, role } : { ...was, groups: [...was.groups, name].sort() });
    }
  }
  return found;
}
