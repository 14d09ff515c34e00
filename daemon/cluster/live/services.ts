/** Counts how many instances of each service pass their checks. */
import type { ServiceHealth } from "../../contract/cluster/service-health.ts";
import type { CheckRow } from "./consul-model.ts";

const BADNESS = ["passing", "warning", "critical"] as const;

/** An instance is as bad as its worst check. A failed check of its node counts too, because the instance cannot be reached. */
export function servicesOf(names: readonly string[], checks: readonly CheckRow[]): ServiceHealth[] {
  const ofNode = new Map<string, number>();
  const ofInstance = new Map<string, { service: string; node: string; badness: number }>();
  for (const { node, service, instance, status } of checks) {
    const badness = badnessOf(status);
    if (service === "") {
      ofNode.set(node, Math.max(ofNode.get(node) ?? 0, badness));
      continue;
    }
    const key = JSON.stringify([node, instance]);
    ofInstance.set(key, { service, node, badness: Math.max(ofInstance.get(key)?.badness ?? 0, badness) });
  }
  const counts = new Map(names.map((name): [string, ServiceHealth] => [name, { name, passing: 0, warning: 0, critical: 0 }]));
  for (const { service, node, badness } of ofInstance.values()) {
    const row = counts.get(service);
    if (row) row[BADNESS[Math.max(badness, ofNode.get(node) ?? 0)] ?? "critical"] += 1;
  }
  return [...counts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Maintenance is a critical check in Consul. A status that is not known counts as critical. */
const badnessOf = (status: string): number => (status === "passing" ? 0 : status === "warning" ? 1 : 2);
