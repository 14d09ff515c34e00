/** Stores the variables and groups that operators set for nodes and groups. People may edit the same file. */
import { type Document, Scalar } from "yaml";
import type { VariableValue } from "../../contract/machines/inventory.ts";
import { MusterError } from "../../errors/errors.ts";
import type { InventoryChange, Owner } from "./change.ts";
import type { Edit, InventoryFile } from "./file.ts";
import { hostPathOf, NO_ADDRESS, OUR_GROUPS } from "./inventory.ts";
import type { Reading } from "./reading/reading.ts";
import { drop, ensureMap, mapAt, pairIn, put } from "./writing/entries.ts";
import { type GroupPlace, groupsIn, hostEntriesOf } from "./writing/groups.ts";
import { nodeOf } from "./writing/values.ts";

export class Variables {
  readonly #file: InventoryFile;

  constructor(file: InventoryFile) {
    this.#file = file;
  }

  perform(change: InventoryChange): Promise<void> {
    const { touches, apply } = this.#edit(change);
    return this.#file.change(touches, apply);
  }

  /** Returns what the file would mean after a change. Throws if the change is not possible. */
  after(change: InventoryChange): Reading {
    return this.#file.after(this.#edit(change));
  }

  join = (node: string, group: string): Promise<void> => this.perform({ tool: "group_join", node, group });
  leave = (node: string, group: string): Promise<void> => this.perform({ tool: "group_leave", node, group });
  set = (owner: Owner, key: string, value: VariableValue): Promise<void> => this.perform({ tool: "variable_set", owner, key, value });
  unset = (owner: Owner, key: string): Promise<void> => this.perform({ tool: "variable_unset", owner, key });

  #edit(change: InventoryChange): Edit {
    if (change.tool === "group_join") return this.#join(change);
    if (change.tool === "group_leave") return this.#leave(change);
    return change.tool === "variable_set" ? this.#set(change) : this.#unset(change);
  }

  #join({ node, group }: Extract<InventoryChange, { node: string }>): Edit {
    const { groups, hosts } = this.#file.reading();
    const inside = groups.some(({ name, hosts: members }) => name === group && members.includes(node));
    return edit([node, group], (document) => {
      requireNotOurs(group);
      if (hosts[group] !== undefined || groupsIn(document).some(({ name }) => name === node) || hostEntriesOf(document, group).length > 0)
        throw new MusterError("REQUEST_INVALID", `group: ${group} is the name of a host in ${this.#file.path}`);
      this.#place(document, node);
      if (inside) return;
      const path = groupsIn(document).find(({ name }) => name === group)?.path ?? ["all", "children", group];
      ensureMap(document, [...path, "hosts", node]);
    });
  }

  #leave({ node, group }: Extract<InventoryChange, { node: string }>): Edit {
    const inside = this.#file.reading().groups.some(({ name, hosts }) => name === group && hosts.includes(node));
    return edit([node], (document) => {
      requireNotOurs(group);
      this.#group(document, group);
      const left = groupsIn(document).filter(({ name, path }) => name === group && drop(mapAt(document, [...path, "hosts"]), node));
      if (left.length > 0) return;
      throw new MusterError(
        "REQUEST_INVALID",
        inside
          ? `node: ${node} is in the group ${group} through a range, an alias or a merge; change that line in ${this.#file.path}`
          : `node: ${node} is not in the group ${group}`,
      );
    });
  }

  #set({ owner, key, value }: Extract<InventoryChange, { tool: "variable_set" }>): Edit {
    return edit([nameOf(owner)], (document) => {
      const path = "node" in owner ? this.#place(document, owner.node) : [...this.#group(document, owner.group).path, "vars"];
      put(ensureMap(document, path), key, nodeOf(value));
    });
  }

  #unset({ owner, key }: Extract<InventoryChange, { tool: "variable_unset" }>): Edit {
    return edit([nameOf(owner)], (document) => {
      const paths =
        "node" in owner
          ? hostEntriesOf(document, owner.node).map(({ group }) => [...group.path, "hosts", owner.node])
          : [[...this.#group(document, owner.group).path, "vars"]];
      const found = paths.filter((path) => drop(mapAt(document, path), key));
      if (found.length === 0) throw new MusterError("REQUEST_INVALID", `key: no variable ${key} is set there`);
    });
  }

  /**
   * Returns the path of a node's entry. A node may have variables before its first call-home. Before the first
   * call-home, the node must not be reachable by its name.
   */
  #place(document: Document, node: string): string[] {
    if (groupsIn(document).some(({ name }) => name === node))
      throw new MusterError("NODE_NAME_TAKEN", `node: ${this.#file.path} has a group called ${node}`);
    const path = [...hostPathOf(document, node), node];
    const entry = ensureMap(document, path);
    if (!pairIn(entry, "ansible_host")) put(entry, "ansible_host", new Scalar(`${node}.${NO_ADDRESS}`));
    return path;
  }

  #group(document: Document, name: string): GroupPlace {
    const found = groupsIn(document).find((group) => group.name === name);
    if (!found) throw new MusterError("GROUP_NOT_FOUND", `group: ${this.#file.path} has no group called ${name}`);
    return found;
  }
}

const edit = (touches: readonly string[], apply: (document: Document) => void): Edit => ({ touches, apply });

const nameOf = (owner: Owner): string => ("node" in owner ? owner.node : owner.group);

function requireNotOurs(group: string): void {
  if (OUR_GROUPS.includes(group))
    throw new MusterError(
      "REQUEST_INVALID",
      `group: Muster manages the members of ${group}; \`muster promote\` makes a worker a controller`,
    );
}
