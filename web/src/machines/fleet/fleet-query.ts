/** Stores the filters and the view of the fleet in the address, so that users can save and share them. Pure. */
import type { Phase } from "../../../../daemon/contract/machines/node.ts";
import { phaseOrder } from "../phases.ts";

export const columns = ["name", "phase", "health", "address", "hardware", "role", "groups", "event"] as const;
export type FleetColumn = (typeof columns)[number];

export interface FleetQuery {
  text: string;
  phase?: Phase | undefined;
  /** The name of a group in the Ansible inventory. */
  group?: string | undefined;
  rack?: string | undefined;
  view: "cards" | "table";
  sort: FleetColumn;
  descending: boolean;
}

export const wholeFleet: FleetQuery = { text: "", view: "cards", sort: "phase", descending: false };

/** Ignores invalid values, because a user may type the address by hand. */
export function parseQuery(hash: string): FleetQuery {
  const given = new URLSearchParams(hash.includes("?") ? hash.slice(hash.indexOf("?")) : "");
  const phase = phaseOrder.find((known) => known === given.get("phase"));
  const group = given.get("group");
  const rack = given.get("rack");
  const sort = given.get("sort") ?? "";
  return {
    text: given.get("q") ?? "",
    view: given.get("view") === "table" ? "table" : "cards",
    sort: columns.find((known) => known === sort.replace(/^-/, "")) ?? wholeFleet.sort,
    descending: sort.startsWith("-"),
    ...(phase && { phase }),
    ...(group && { group }),
    ...(rack && { rack }),
  };
}

/** Returns an address that contains only the values that differ from the defaults. */
export function queryHash({ text, phase, group, rack, view, sort, descending }: FleetQuery): string {
  const said = new URLSearchParams();
  if (text !== "") said.set("q", text);
  if (phase) said.set("phase", phase);
  if (group !== undefined) said.set("group", group);
  if (rack !== undefined) said.set("rack", rack);
  if (view === "table") said.set("view", "table");
  if (sort !== wholeFleet.sort || descending) said.set("sort", `${descending ? "-" : ""}${sort}`);
  return said.size === 0 ? "#/" : `#/?${said}`;
}
