/** Checks the data folder without a change: for the user of one process, for a single user, and for `muster doctor`. */
import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { type DataDir, hasSeparateUsers } from "../../data-dir.ts";
import { hasCode, MusterError } from "../../errors/errors.ts";
import { type AccountOwner, accessTable, neededRights } from "./access-table.ts";
import type { AccountIds } from "./account-ids.ts";
import { isOwned } from "./correct.ts";

const PERMISSIONS = 0o777;

/**
 * Checks at the start of a process that its user can open what it needs, and that its own files are closed to the other
 * processes. The table of the data folder says what a process needs.
 */
export function checkAccess(data: DataDir, name: Exclude<AccountOwner, "root">): void {
  for (const row of accessTable(data)) {
    const path = row.name === "" ? data.root : join(data.root, row.name);
    const rights = neededRights(name, row);
    if (rights === 0) continue;
    try {
      // The bits 4, 2 and 1 are R_OK, W_OK and X_OK.
      accessSync(path, rights);
      if (row.owner !== name) continue;
    } catch (cause) {
      if (!row.create && isMissing(cause)) continue;
      throw new MusterError("DATA_DIR_ACCESS", `${name} cannot use ${path} of the data folder ${data.root}`, { cause });
    }
    const mode = statSync(path).mode & PERMISSIONS;
    if ((mode & ~row.mode) !== 0)
      throw new MusterError("DATA_DIR_ACCESS", `${path} of ${name} is open to other users (mode ${mode.toString(8)})`);
  }
}

const isMissing = (error: unknown): boolean => hasCode(error, "ENOENT");

/** Checks that one user can run all processes. `muster up` cannot correct the owners of entries, unless it runs as root. */
export function checkOneUser(data: DataDir): void {
  if (hasSeparateUsers(data)) throw new MusterError("DATA_DIR_SEPARATE", `${data.root} belongs to the separate users of the processes`);
  for (const { name, owner, kind } of accessTable(data)) {
    // The operator may keep the inventory and the assets with other permissions. The voters file is only read.
    if (owner === undefined || [data.inventory, data.assets, data.voters].includes(join(data.root, name))) continue;
    const path = join(data.root, name);
    try {
      accessSync(path, kind === "folder" ? constants.R_OK | constants.W_OK | constants.X_OK : constants.R_OK | constants.W_OK);
    } catch (cause) {
      if (isMissing(cause)) continue;
      const command = `chown -R ${process.getuid?.()} ${data.root}`;
      throw new MusterError("DATA_DIR_UNUSABLE", `this user cannot use ${path}; as root, run: ${command}`, { cause });
    }
  }
}

/** Returns the missing entries, and those with another owner, another group or too wide permissions. */
export function wrongEntries(data: DataDir, ids: AccountIds): string[] {
  return accessTable(data)
    .map((row) => ({ row, path: row.name === "" ? data.root : join(data.root, row.name) }))
    .filter(({ row, path }) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found ? !isOwned(found, row, ids) || (found.mode & PERMISSIONS & ~row.mode) !== 0 : row.create;
    })
    .map(({ path }) => path);
}
