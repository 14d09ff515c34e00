/**
 * Resolves the names, groups and `all` in a plan's targets to machines. Checks whether a tool can be used on a machine.
 * The functions of this file are pure.
 */

import { labelOf } from "../../contract/changes/label.ts";
import type { Digest, Target } from "../../contract/changes/plan.ts";
import type { Scope } from "../../contract/changes/tool.ts";
import type { Phase } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import { wordsIn } from "../tools/action.ts";
import type { ToolForm } from "../tools/form.ts";
import { placeholdersIn } from "../tools/template.ts";

/** The values that Ansible sees for a machine. */
export interface NodeValues {
  digest: Digest;
  /** The number of variables that the inventory sets for the machine. */
  count: number;
}

/** The facts about a machine that the planner uses. */
export interface KnownNode {
  id: string;
  name: string;
  phase: Phase;
  address?: string | undefined;
  /** All inventory groups of the machine, including the parents of its groups. */
  groups: readonly string[];
  /** Returns the digest and the number of the values that Ansible sees for the machine. */
  values?: (() => NodeValues) | undefined;
}

/**
 * A tool must be usable on every machine that the proposal names. Machines of a chosen group are left out if the tool
 * cannot be used on them.
 */
export interface ChosenNodes {
  nodes: readonly KnownNode[];
  byName: ReadonlySet<string>;
}

const SHOWN = 20;
export const listed = (names: readonly string[]): string =>
  names.length > SHOWN ? `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more` : names.join(", ");

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function chooseNodes(targets: readonly string[], nodes: readonly KnownNode[]): ChosenNodes {
  const known = new Map(nodes.map((node) => [node.name, node]));
  const groups = [...new Set(nodes.flatMap((node) => node.groups))].toSorted(byText);
  const chosen = new Map<string, KnownNode>();
  const byName = new Set<string>();
  for (const target of targets) {
    const group = target.startsWith("group:") ? target.slice("group:".length) : undefined;
    if (group !== undefined && !groups.includes(group))
      throw new MusterError("GROUP_NOT_FOUND", `there is no group ${group} with a node in it; known: ${listed(groups) || "none"}`);
    const found =
      target === "all" ? nodes : group !== undefined ? nodes.filter((node) => node.groups.includes(group)) : [known.get(target)];
    for (const node of found) {
      if (!node)
        throw new MusterError(
          "NODE_NOT_FOUND",
          `there is no node ${target}; known: ${listed([...known.keys()].toSorted(byText)) || "none"}`,
        );
      chosen.set(node.name, node);
    }
    if (target !== "all" && group === undefined) byName.add(target);
  }
  return { nodes: [...chosen.values()].toSorted((a, b) => byText(a.name, b.name)), byName };
}

/** A machine without a scope group counts as prod. A machine with several scope groups counts as the strictest scope. */
export const scopeOf = ({ groups }: Pick<KnownNode, "groups">): Scope => labelOf(groups) ?? "prod";

export const isUnlabelled = ({ groups }: Pick<KnownNode, "groups">): boolean => labelOf(groups) === undefined;

export const targetOf = (node: KnownNode): Target => ({
  nodeId: node.id,
  node: node.name,
  scope: scopeOf(node),
  ...(node.address !== undefined && { address: node.address }),
});

/** The inventory group of Windows machines. */
const WINDOWS = "windows";

/**
 * Returns the reason why a tool cannot be used on a machine now, or undefined. A retired or quarantined machine must be
 * chosen by name, and the tool form must allow the machine's phase.
 */
export function unfit(node: KnownNode, form: ToolForm, named = true): string | undefined {
  const { name, phase } = node;
  if ((phase === "retired" || phase === "quarantined") && !(named && form.phases?.includes(phase))) return `${name} is ${phase}`;
  const inside = form.method === "ssh" || form.method === "ansible" || form.method === "winrm";
  if (form.phases && !form.phases.some((allowed) => allowed === phase))
    return `${name} is ${phase}; ${form.name} is for nodes that are ${form.phases.join(", ")}`;
  if (!form.phases && inside && phase !== "ready" && phase !== "configure-failed")
    return phase === "called-home" || phase === "configuring"
      ? `${name} is ${phase}: it is being made ready`
      : `${name} is ${phase}: it has no system that ${form.method} could reach`;
  const windows = node.groups.includes(WINDOWS);
  if (form.method === "winrm" && !windows) return `${name} is not in the group ${WINDOWS}`;
  if (form.method === "ssh" && windows) return `${name} is in the group ${WINDOWS}, and ssh is for Linux`;
  if (node.address === undefined && (form.method === "ssh" || wordsIn(form.action).some((word) => placeholdersIn(word).includes("target"))))
    return `${name} has no address`;
  return undefined;
}
