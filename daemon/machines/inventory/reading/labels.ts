/**
 * Finds the groups of a machine. The inventory may list one machine under several names. If any of its names is in a
 * stricter scope than its own name, the machine is also in that scope. Pure.
 */
import type { Node } from "../../../contract/machines/node.ts";
import { valuesOfHosts } from "./effective.ts";
import { groupsOfHosts } from "./memberships.ts";
import type { Reading } from "./reading.ts";

/** Returns all groups of a machine, including the parents of its groups. */
export type Labels = (node: Pick<Node, "name" | "address">) => readonly string[];

/** The scopes above `dev`, the strictest scope first. */
const STRICT = ["prod", "staging"] as const;
type Strict = (typeof STRICT)[number];

/** The groups in which Muster lists its machines. */
const MACHINES: ReadonlySet<string> = new Set(["worker_nodes", "controller_nodes"]);

const TEMPLATE = /\{\{|\{%|\{#/;

export function labelsIn(reading: Pick<Reading, "groups" | "hosts">): Labels {
  const memberships = groupsOfHosts(reading.groups);
  const scopes = strictPlaces(reading, memberships);
  return ({ name, address }) => {
    const own = memberships.get(name) ?? [];
    const elsewhere = [scopes.get(name), address === undefined ? undefined : scopes.get(address.toLowerCase()), scopes.get(ANYWHERE)];
    const stricter = STRICT.filter((scope) => !own.includes(scope) && elsewhere.some((found) => found?.has(scope)));
    // Without a group of a scope, the machine counts as prod already. The group staging must not loosen this.
    const added = own.includes("dev") || own.includes("staging") ? stricter : stricter.filter((scope) => scope === "prod");
    return added.length === 0 ? own : [...own, ...added].toSorted();
  };
}

/** The place of a host whose address is a template. It may be any machine. */
const ANYWHERE = "";

/** Returns the strict scopes of each address and each name. */
function strictPlaces(
  reading: Pick<Reading, "groups" | "hosts">,
  memberships: ReadonlyMap<string, readonly string[]>,
): Map<string, Set<Strict>> {
  const found = new Map<string, Set<Strict>>();
  const values = valuesOfHosts(reading);
  // The hosts in Muster's groups are machines of their own. Several of them may share one address behind a NAT router.
  const machines = new Set(reading.groups.filter(({ name }) => MACHINES.has(name)).flatMap(({ hosts }) => hosts));
  for (const [host, groups] of [...memberships].filter(([name]) => !machines.has(name)))
    for (const scope of STRICT.filter((each) => groups.includes(each)))
      for (const place of placesOf(host, values(host))) found.set(place, (found.get(place) ?? new Set()).add(scope));
  return found;
}

function placesOf(host: string, values: Record<string, unknown>): string[] {
  const given = values.ansible_host ?? values.ansible_ssh_host;
  const place = given === undefined || given === null ? host : String(given);
  if (TEMPLATE.test(place)) return [ANYWHERE];
  // A machine may be listed by its name with a domain.
  return [place, host].flatMap((each) => [
    each.toLowerCase(),
    ...(/^[\d.]+$|:/.test(each) ? [] : [each.split(".")[0]?.toLowerCase() ?? each]),
  ]);
}
