/** Sorts the fleet by a column of the table, then by name. Pure. */
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { type Membership, nowhere } from "../inventory/membership.ts";
import { hardwareOf } from "../node/hardware.ts";
import { healthOf } from "../node/health.ts";
import { phaseOrder } from "../phases.ts";
import type { FleetColumn, FleetQuery } from "./fleet-query.ts";

const byText = new Intl.Collator("en", { numeric: true });
const health = ["failing", "overdue", "disputed", "busy", "unknown", "healthy"];

export function ordered(
  nodes: readonly Node[],
  { sort, descending }: Pick<FleetQuery, "sort" | "descending">,
  memberships: ReadonlyMap<string, Membership>,
  nowMs: number,
): Node[] {
  const keyed = nodes.map((node) => ({ node, key: keyOf(node, sort, memberships.get(node.name) ?? nowhere, nowMs) }));
  const way = descending ? -1 : 1;
  return keyed.sort((a, b) => way * compare(a.key, b.key) || byText.compare(a.node.name, b.node.name)).map(({ node }) => node);
}

function keyOf(node: Node, column: FleetColumn, { role, groups }: Membership, nowMs: number): string | number {
  switch (column) {
    case "name":
      return node.name;
    case "phase":
      return phaseOrder.indexOf(node.state.phase);
    case "health":
      return health.indexOf(healthOf(node, nowMs).word);
    case "address":
      return node.address ?? "";
    case "hardware":
      return hardwareOf(node);
    case "role":
      return role ?? "";
    case "groups":
      return groups.join(" ");
    case "event":
      // The latest first.
      return -(node.lastEvent?.seq ?? 0);
  }
}

const compare = (a: string | number, b: string | number): number =>
  typeof a === "number" && typeof b === "number" ? a - b : byText.compare(String(a), String(b));
