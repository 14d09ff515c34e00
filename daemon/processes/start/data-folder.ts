/** Checks the data folder before a process starts: each entry must be of its kind. */
import { lstatSync, type Stats, statSync } from "node:fs";
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
