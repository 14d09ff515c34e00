/** Checks the data folder before a process starts: the kind and the permissions of each entry, and the length of the path. */
import { existsSync, lstatSync, type Stats, statSync } from "node:fs";
import { relative } from "node:path";
import type { DataDir } from "../../data-dir.ts";
import { MusterError } from "../../errors/errors.ts";

export function checkEntries(data: DataDir): void {
  for (const file of [data.database, data.knownHosts, data.todo, data.voters]) {
    const found = entry(file);
    if (found && !found.isFile()) throw new MusterError("DATA_DIR_UNUSABLE", `${file} must be a file, but it is ${kindOf(found)}`);
  }
  for (const folder of [data.jobs, data.captures, data.audit, data.assets, data.executor]) {
    const found = entry(folder);
    if (found && !found.isDirectory()) throw new MusterError("DATA_DIR_UNUSABLE", `${folder} must be a folder, but it is ${kindOf(found)}`);
  }
}

/** Follows links, because an operator may keep the inventory in a repository or the assets on another disk. */
function entry(path: string): Stats | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found && lstatSync(path, { throwIfNoEntry: false }))
    throw new MusterError("DATA_DIR_UNUSABLE", `${path} is a link that leads nowhere`);
  return found;
}

const kindOf = (found: Stats): string => (found.isDirectory() ? "a folder" : found.isFile() ? "a file" : "neither a file nor a folder");

/** Returns the entries that other users of the control node can read or open. */
export function openEntries(data: DataDir): string[] {
  const all = [
    data.root,
    data.database,
    `${data.database}-wal`,
    data.inventory,
    data.knownHosts,
    data.todo,
    data.jobs,
    data.audit,
    data.captures,
  ];
  const open = all.filter((path) => existsSync(path) && (statSync(path).mode & 0o007) !== 0);
  return open.map((path) => relative(data.root, path) || data.root);
}
