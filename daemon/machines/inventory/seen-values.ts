/** Collects everything in and next to the inventory that decides which values Ansible sees for a node. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasCode } from "../../errors/errors.ts";
import type { InventoryFile } from "./file.ts";
import { valuesOfHosts } from "./reading/effective.ts";
import { groupsOfHosts } from "./reading/memberships.ts";
import type { HostValues } from "./reading/reading.ts";
import { remembered } from "./remembered.ts";

export interface SeenValues {
  values: HostValues;
  groups: readonly string[];
  /** The encrypted texts of the inventory. `values` does not contain them. */
  vaults: readonly string[];
  /** The digests of the files in the folders `group_vars` and `host_vars` next to the inventory, by path. */
  files: Readonly<Record<string, string>>;
}

/** The folders that Ansible reads next to an inventory. */
const FOLDERS = ["group_vars", "host_vars"];
const MAX_FILES = 20_000;

/** Returns a function that reads the files now, and returns a function for the values of each node. */
export function seenNow(file: InventoryFile): () => (node: string) => SeenValues {
  const understood = remembered(file, (reading) => ({
    values: valuesOfHosts(reading),
    groups: groupsOfHosts(reading.groups),
    vaults: reading.vaults,
  }));
  return () => {
    const { values, groups, vaults } = understood();
    const files = filesNextTo(file.path);
    return (node) => ({ values: values(node), groups: groups.get(node) ?? [], vaults, files });
  };
}

/** Returns a function that collects the values of a node. Each version of the inventory file is parsed only once. */
export function seenValues(file: InventoryFile): (node: string) => SeenValues {
  const now = seenNow(file);
  return (node) => now()(node);
}

function filesNextTo(inventory: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const folder of FOLDERS) {
    const at = join(dirname(inventory), folder);
    for (const entry of entriesOf(at)) {
      if (Object.keys(found).length >= MAX_FILES) throw new RangeError(`${at} has more than ${MAX_FILES} files`);
      found[join(folder, entry)] = createHash("sha256")
        .update(readFileSync(join(at, entry)))
        .digest("hex");
    }
  }
  return found;
}

function entriesOf(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory());
    return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).toSorted();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}
