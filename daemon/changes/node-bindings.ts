/**
 * Binds the approval of a schedule to a node: to its id, its scope and the values that Ansible sees for it. The address that
 * Muster itself writes for the node is not a part of the binding, because it changes with a lease.
 */
import { labelOf } from "../contract/changes/label.ts";
import type { Digest } from "../contract/changes/plan.ts";
import type { Node } from "../contract/machines/node.ts";
import type { InventoryFile } from "../machines/inventory/file.ts";
import { NO_ADDRESS } from "../machines/inventory/inventory.ts";
import { labelsIn } from "../machines/inventory/reading/labels.ts";
import { remembered } from "../machines/inventory/remembered.ts";
import { type SeenValues, seenNow } from "../machines/inventory/seen-values.ts";
import { writable } from "./node-values.ts";
import { digestOf } from "./tools/canonical.ts";

/** Returns a function that reads the inventory now. `forAll` are the values that Muster gives to every run. */
export function nodeBindings(file: InventoryFile, forAll: object): () => (node: Node) => Digest {
  const labels = remembered(file, labelsIn);
  const seen = seenNow(file);
  return () => {
    const [groupsOf, seenOf] = [labels(), seen()];
    return (node) => {
      const scope = labelOf(groupsOf(node)) ?? "none";
      return digestOf(writable({ node: node.id, scope, ...withoutOwnAddress(seenOf(node.name), node), forAll }));
    };
  };
}

function withoutOwnAddress({ values, ...rest }: SeenValues, { name, address }: Node) {
  const { ansible_host: host, ...others } = values;
  const isOwn = host === address || host === `${name}.${NO_ADDRESS}`;
  return { ...rest, values: isOwn ? others : values };
}
