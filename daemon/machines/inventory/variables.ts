/** Stores the variables and groups that operators set for nodes and groups. People may edit the same file. */
import { type Document, isMap } from "yaml";
import type { VariableValue } from "../../contract/machines/inventory.ts";
import { MusterError } from "../../errors/errors.ts";
import type { InventoryFile } from "./file.ts";
import { type GroupPlace, groupsIn, hostEntriesOf, keysOf, partOf } from "./groups.ts";
import { hostPathOf, NO_ADDRESS, OUR_GROUPS } from "./inventory.ts";
import { nodeOf } from "./values.ts";

export type Owner = { node: string } | { group: string };

export class Variables {
  readonly #file: InventoryFile;

  constructor(file: InventoryFile) {
    this.#file = file;
  }

  join(node: string, group: string): Promise<void> {
    return this.#file.change((document) => {
      requireNotOurs(group);
      if (groupsIn(document).some(({ name }) => name === node) || hostEntriesOf(document, group).length > 0)
        throw new MusterError("REQUEST_INVALID", `group: ${group} is the name of a host in ${this.#file.path}`);
      this.#place(document, node);
      const path = groupsIn(document).find(({ name }) => name === group)?.path ?? ["all", "children", group];
      this.#file.ensureMap(document, [...path, "hosts"]);
      if (!document.hasIn([...path, "hosts", node])) document.setIn([...path, "hosts", node], document.createNode({}));
    });
  }

  leave(node: string, group: string): Promise<void> {
    return this.#file.change((document) => {
      requireNotOurs(group);
      const place = this.#group(document, group);
      if (!keysOf(partOf(document, place, "hosts")).includes(node))
        throw new MusterError("REQUEST_INVALID", `node: ${node} is not in the group ${group}`);
      document.deleteIn([...place.path, "hosts", node]);
    });
  }

  set(owner: Owner, key: string, value: VariableValue): Promise<void> {
    return this.#file.change((document) => {
      const path = "node" in owner ? this.#place(document, owner.node) : [...this.#group(document, owner.group).path, "vars"];
      this.#file.ensureMap(document, path);
      const holder = document.getIn(path, true);
      if (isMap(holder)) holder.set(holder.items.find(({ key: known }) => String(known) === key)?.key ?? key, nodeOf(value));
    });
  }

  unset(owner: Owner, key: string): Promise<void> {
    return this.#file.change((document) => {
      const paths =
        "node" in owner
          ? hostEntriesOf(document, owner.node).map(({ group }) => [...group.path, "hosts", owner.node])
          : [[...this.#group(document, owner.group).path, "vars"]];
      const found = paths.filter((path) => isMap(document.getIn(path, true)) && document.hasIn([...path, key]));
      if (found.length === 0) throw new MusterError("REQUEST_INVALID", `key: no variable ${key} is set there`);
      for (const path of found) document.deleteIn([...path, key]);
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
    this.#file.ensureMap(document, path);
    if (!document.hasIn([...path, "ansible_host"])) document.setIn([...path, "ansible_host"], `${node}.${NO_ADDRESS}`);
    return path;
  }

  #group(document: Document, name: string): GroupPlace {
    const found = groupsIn(document).find((group) => group.name === name);
    if (!found) throw new MusterError("GROUP_NOT_FOUND", `group: ${this.#file.path} has no group called ${name}`);
    return found;
  }
}

function requireNotOurs(group: string): void {
  if (OUR_GROUPS.includes(group))
    throw new MusterError(
      "REQUEST_INVALID",
      `group: Muster manages the members of ${group}; \`muster promote\` makes a worker a controller`,
    );
}
