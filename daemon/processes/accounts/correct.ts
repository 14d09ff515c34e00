/**
 * As root, gives each entry of the data folder to the user of its process. The processes can write to the folder while root
 * corrects it, so every entry is opened without following links, relative to its opened folder, and changed by its descriptor.
 */
import { closeSync, constants, fchmodSync, fchownSync, fstatSync, mkdirSync, openSync, readdirSync, type Stats } from "node:fs";
import type { DataDir } from "../../data-dir.ts";
import { hasCode, MusterError } from "../../errors/errors.ts";
import { type AccessRow, accessTable, rowInside, shownName } from "./access-table.ts";
import type { AccountIds } from "./account-ids.ts";

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY, O_CREAT, O_EXCL, O_RDWR } = constants;
const MODE = 0o7777;

interface Correction {
  data: DataDir;
  ids: AccountIds;
  rows: ReadonlyMap<string, AccessRow>;
  /** The corrected entries. */
  changed: string[];
}

/** Returns the names of the entries that it created or changed. */
export function correctAccess(data: DataDir, ids: AccountIds): string[] {
  const rows = new Map(accessTable(data).map((row) => [row.name, row]));
  const work: Correction = { data, ids, rows, changed: [] };
  mkdirSync(data.root, { recursive: true, mode: 0o700 });
  // The parent of the data folder belongs to root, so a link that leads to the data folder is the operator's.
  const root = openSync(data.root, O_RDONLY | O_DIRECTORY);
  try {
    const row = rows.get("");
    if (row) correctFolder(work, root, row);
  } finally {
    closeSync(root);
  }
  return work.changed;
}

/** The path of an entry below an open folder. No process can replace the folder by a link between two steps. */
const below = (folder: number, name: string): string => `/proc/self/fd/${folder}/${name}`;

function correctFolder(work: Correction, descriptor: number, row: AccessRow): void {
  const prefix = row.name === "" ? "" : `${row.name}/`;
  for (const each of work.rows.values())
    if (each.create && each.name !== "" && each.name.startsWith(prefix) && !each.name.slice(prefix.length).includes("/"))
      create(work, descriptor, each, each.name.slice(prefix.length));
  for (const name of readdirSync(below(descriptor, ""))) correctEntry(work, descriptor, row, name);
  // The folder comes last. If the correction is interrupted, the folder is still wrong and the next correction repeats its work.
  settle(work, descriptor, row);
}

function create({ changed }: Correction, folder: number, row: AccessRow, name: string): void {
  try {
    if (row.kind === "folder") mkdirSync(below(folder, name), { mode: 0o700 });
    else closeSync(openSync(below(folder, name), O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, 0o600));
    changed.push(row.name);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
}

function correctEntry(work: Correction, folder: number, above: AccessRow, name: string): void {
  const descriptor = opened(below(folder, name));
  if (descriptor === undefined) return;
  try {
    const found = fstatSync(descriptor);
    const kind = found.isDirectory() ? "folder" : "file";
    const path = above.name === "" ? name : `${above.name}/${name}`;
    const row = work.rows.get(path) ?? rowInside(above, name, kind, found.mode);
    if (!row || (!found.isFile() && !found.isDirectory())) return;
    if (row.kind !== kind)
      throw new MusterError("DATA_DIR_UNUSABLE", `${shownName(work.data, path)} must be a ${row.kind}, but it is a ${kind}`);
    if (kind === "file") settle(work, descriptor, row);
    else if (!above.vast || !isRight(found, row, work.ids)) correctFolder(work, descriptor, row);
  } finally {
    closeSync(descriptor);
  }
}

/** Returns undefined for a link, which is the operator's, a socket, which its process replaces, and an entry that is gone. */
function opened(path: string): number | undefined {
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, "ELOOP", "ENXIO", "ENOENT")) return undefined;
    throw error;
  }
}

function settle({ data, ids, changed }: Correction, descriptor: number, row: AccessRow): void {
  const found = fstatSync(descriptor);
  if (isRight(found, row, ids)) return;
  const { uid, gid } = wanted(found, row, ids);
  // A process could give a file of another folder a second name here, so that root would hand over that file.
  if (found.isFile() && found.nlink > 1 && found.uid !== uid)
    throw new MusterError(
      "DATA_DIR_UNUSABLE",
      `${shownName(data, row.name)} has ${found.nlink} names; remove the others, or copy the file`,
    );
  fchownSync(descriptor, uid, gid);
  fchmodSync(descriptor, row.mode); // after the owner, because a change of the owner clears special bits
  if (!changed.includes(row.name)) changed.push(row.name);
}

const wanted = (found: Stats, { owner, group }: AccessRow, ids: AccountIds): { uid: number; gid: number } => ({
  uid: owner === undefined ? found.uid : ids.users[owner],
  gid: ids.groups[group],
});

/** Returns true if the entry belongs to the user and the group of its row. */
export function isOwned(found: Stats, row: AccessRow, ids: AccountIds): boolean {
  const { uid, gid } = wanted(found, row, ids);
  return found.uid === uid && found.gid === gid;
}

const isRight = (found: Stats, row: AccessRow, ids: AccountIds): boolean => isOwned(found, row, ids) && (found.mode & MODE) === row.mode;
