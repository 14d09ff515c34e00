/** The digest of the values that Ansible sees for a node. It is a part of each step that runs on the node. */
import type { InventoryFile } from "../machines/inventory/file.ts";
import { seenValues } from "../machines/inventory/seen-values.ts";
import type { NodeValues } from "./plans/targets.ts";
import { digestOf } from "./tools/canonical.ts";

/** `forAll` are the values that Muster gives to every run. */
export function nodeValues(file: InventoryFile, forAll: object = {}): (node: string) => NodeValues {
  const seen = seenValues(file);
  return (node) => {
    const found = seen(node);
    return { digest: digestOf(writable({ ...found, forAll })), count: Object.keys(found.values).length };
  };
}

/** JSON has no infinite numbers, and YAML has. */
export const writable = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, each) => (typeof each === "number" && !Number.isFinite(each) ? `number ${each}` : each)));
