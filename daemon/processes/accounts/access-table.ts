/**
 * The owner, the group and the permissions of each entry of the data folder if every process has a user of its own. The
 * correction, the check of a start and `muster doctor` all use this table. Pure.
 */
import { basename, join, relative } from "node:path";
import type { DataDir } from "../../data-dir.ts";

/** The processes by the names of their users. Root owns what no process may replace. */
export type AccountOwner = "root" | "control" | "netboot" | "executor";
/** `shared` has all three processes as members, and `runs` has control and the executor. The others are the users' own groups. */
export type AccountGroup = "control" | "netboot" | "executor" | "shared" | "runs";

export interface AccessRow {
  /** The path below the data folder. The data folder itself is the empty text. */
  name: string;
  kind: "folder" | "file";
  /** Undefined if the entry keeps its owner. */
  owner: AccountOwner | undefined;
  group: AccountGroup;
  mode: number;
  /** The correction creates the entry, so that its first writer does not decide about its permissions. */
  create: boolean;
  /** `private` closes the content to all other users. `group` lets the group of the folder read the content. */
  inside?: "private" | "group";
  /** A folder with very many folders. Their content is read only if the folder itself was wrong. */
  vast?: boolean;
}

type More = Partial<Pick<AccessRow, "create" | "inside" | "vast">>;
/** New entries get the group of a folder with this bit. */
const SETGID = 0o2000;
/** In a folder with this bit, only the owner of an entry can remove or replace the entry. */
const STICKY = 0o1000;

export function accessTable(data: DataDir): AccessRow[] {
  const row =
    (kind: AccessRow["kind"]) =>
    (path: string, owner: AccountOwner | undefined, group: AccountGroup, mode: number, more: More = {}) => {
      const name = path === data.root ? "" : relative(data.root, path);
      return { name, kind, owner, group, mode, create: false, ...more };
    };
  const [folder, file] = [row("folder"), row("file")];
  const create = true;
  const lock = (name: Exclude<AccountOwner, "root">) => file(join(data.locks, name), name, name, 0o600, { create });
  return [
    folder(data.root, "root", "shared", SETGID | STICKY | 0o770, { create }),
    file(data.database, "control", "shared", 0o660, { create }),
    // The first process that opens the database owns these.
    file(`${data.database}-wal`, undefined, "shared", 0o660),
    file(`${data.database}-shm`, undefined, "shared", 0o660),
    file(data.inventory, "control", "runs", 0o640, { create }),
    ...["group_vars", "host_vars"].map((name) =>
      folder(join(data.root, name), undefined, "runs", SETGID | 0o750, { inside: "group" as const }),
    ),
    file(data.knownHosts, "control", "runs", 0o640, { create }),
    file(data.todo, "control", "control", 0o640, { create }),
    folder(data.jobs, "executor", "runs", SETGID | 0o750, { create, inside: "group", vast: true }),
    folder(data.captures, "netboot", "control", SETGID | 0o750, { create, inside: "group" }),
    folder(data.audit, "control", "control", 0o700, { create, inside: "private" }),
    file(join(data.audit, "key.pem"), "control", "control", 0o600),
    folder(data.assets, "root", "shared", SETGID | 0o750, { create, inside: "group" }),
    folder(data.locks, "root", "shared", SETGID | STICKY | 0o770, { create }),
    ...[lock("control"), lock("netboot"), lock("executor")],
    // Netboot passes through the folder to the public key, whose name it knows. It cannot list the folder.
    folder(data.executor, "executor", "runs", 0o711, { create, inside: "private" }),
    file(join(data.executor, "id_ed25519"), "executor", "executor", 0o600),
    file(join(data.executor, "id_ed25519.pub"), "executor", "executor", 0o644),
    folder(join(data.executor, "secrets"), "executor", "executor", 0o700, { create, inside: "private" }),
    // The folder of the tool sql_sqlite.
    folder(join(data.root, "databases"), "executor", "executor", 0o700, { inside: "private" }),
    file(data.voters, "executor", "runs", 0o640),
  ];
}

/** Returns the row of an entry that the table does not name, from the row of its folder. */
export function rowInside(folder: AccessRow, name: string, kind: AccessRow["kind"], mode: number): AccessRow | undefined {
  const { inside, owner } = folder;
  if (inside === undefined) return undefined;
  const path = join(folder.name, name);
  // The group of the executor's folder is for the entries that the table names.
  if (inside === "private") {
    const group = owner === undefined || owner === "root" ? folder.group : owner;
    return { name: path, kind, owner, group, mode: mode & 0o700, create: false, inside };
  }
  const open = kind === "folder" ? SETGID | 0o750 : (mode & 0o100) === 0 ? 0o640 : 0o750;
  return { name: path, kind, owner, group: folder.group, mode: open, create: false, inside };
}

const members: Record<AccountGroup, readonly AccountOwner[]> = {
  control: ["control"],
  netboot: ["netboot"],
  executor: ["executor"],
  shared: ["control", "netboot", "executor"],
  runs: ["control", "executor"],
};

/** Returns the permission bits (read 4, write 2, search 1) that a process needs on an entry. */
export function neededRights(process: AccountOwner, { owner, group, mode }: AccessRow): number {
  if (owner === process) return (mode >> 6) & 7;
  if (!members[group].includes(process)) return mode & 7;
  // The unit of the executor mounts what all processes share as read-only.
  const writes = process === "executor" && group === "shared" ? 0 : 2;
  return (mode >> 3) & (5 | writes);
}

export const shownName = (data: DataDir, name: string): string => (name === "" ? basename(data.root) : name);
