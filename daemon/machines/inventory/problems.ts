/** Lists the problems of the inventory, each with its fix. */
import type { InventoryView } from "../../contract/machines/inventory.ts";
import type { Node } from "../../contract/machines/node.ts";
import { OUR_GROUPS } from "./inventory.ts";
import type { HostValues, Reading } from "./reading/reading.ts";

type Problem = InventoryView["problems"][number];

/** The phases in which Ansible must be able to find a node. */
const present: Node["state"]["phase"][] = ["called-home", "configuring", "ready", "configure-failed"];

export function problemsOf({ groups, hosts, skipped }: Reading, nodes: readonly Node[]): Problem[] {
  const names = new Map(nodes.map((node) => [node.name, node]));
  return [
    ...nodes.flatMap((node) =>
      ofNode(
        node,
        hosts[node.name],
        groups.filter((group) => group.hosts.includes(node.name)).map(({ name }) => name),
      ),
    ),
    ...groups
      .filter(({ name }) => names.has(name))
      .map(({ name }) =>
        problem(name, "is a group and a node: a run on the node would reach the whole group", "Rename the group in the file."),
      ),
    ...Object.entries(hosts).flatMap(([name, values]) => ofHost(name, values)),
    ...skipped.map((entry) => problem("inventory", entry, "Correct or remove the entry in the file.")),
  ];
}

function ofNode(node: Node, values: HostValues | undefined, groups: string[]): Problem[] {
  const { name, address, state } = node;
  if (state.phase === "retired")
    return values === undefined
      ? []
      : [
          problem(
            name,
            "is retired and still listed",
            `Retire it again (muster retire ${name} --confirm ${name}), or take it out of the ranges and aliases in the file.`,
          ),
        ];
  if (!present.includes(state.phase) || address === undefined) return [];
  if (!groups.some((group) => OUR_GROUPS.includes(group)))
    return [
      problem(
        name,
        `is ${state.phase} and in none of ${OUR_GROUPS.join(", ")}`,
        `Let it call home again: muster token create --node ${name}`,
      ),
    ];
  if (values?.ansible_host !== address)
    return [
      problem(
        name,
        `has the address ${address}, but the file says ${String(values?.ansible_host)}`,
        `Correct ansible_host in the file to ${address}.`,
      ),
    ];
  return [];
}

function ofHost(name: string, values: HostValues): Problem[] {
  const host = String(values.ansible_host ?? "");
  if (/\{\{|\{%|\{#/.test(name + host))
    return [problem(name, "has a template as its address: Ansible would evaluate it on the control node", "Write the address itself.")];
  if (values.ansible_connection === "local")
    return [problem(name, "has ansible_connection: local: its tasks run on the control node", "Remove it, unless it is the control node.")];
  if (host === "")
    return [problem(name, "has no ansible_host: Ansible would resolve its bare name", "Give it an address or remove it from the file.")];
  return [];
}

const problem = (where: string, what: string, hint: string): Problem => ({ where, problem: what, hint });
