/** Finds and creates the data folder, and names its files. The folder remains when the daemon stops. */
import { accessSync, chmodSync, constants, mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { MusterError } from "./errors/errors.ts";

export interface DataDir {
  root: string;
  database: string;
  inventory: string;
  knownHosts: string;
  todo: string;
  jobs: string;
  captures: string;
  /** The folder with the key and the checkpoints of the audit log. The audit records are in the database. */
  audit: string;
  assets: string;
  executor: string;
  executorSocket: string;
  /**
   * The file with the list of voters. `muster voter` writes this file on the control node. The executor and
   * control only read the file.
   */
  voters: string;
  /** The folder with the lock files of the daemon and its processes. */
  locks: string;
  /** The socket of control to which the other processes send their log if systemd starts each process. */
  controlSocket: string;
  /** The socket through which systemd runs `muster doctor` for control. */
  doctorSocket: string;
  /** The socket through which systemd kills an executor that hangs. */
  executorHangsSocket: string;
  pidFile: string;
}

export function dataDir(root: string): DataDir {
  const at = (...names: string[]) => join(root, ...names);
  return {
    root,
    database: at("muster.db"),
    inventory: at("inventory.yaml"),
    knownHosts: at("known_hosts"),
    todo: at("TODO.md"),
    jobs: at("jobs"),
    captures: at("captures"),
    audit: at("audit"),
    assets: at("assets"),
    executor: at("executor"),
    executorSocket: at("executor", "executor.sock"),
    voters: at("executor", "voters.yaml"),
    locks: at("locks"),
    controlSocket: at("control.sock"),
    doctorSocket: at("doctor.sock"),
    executorHangsSocket: at("executor-hangs.sock"),
    pidFile: at("musterd.pid"),
  };
}

/**
 * Returns the data folder: the first of `--data`, `MUSTER_DATA`, /var/lib/muster (if this user may write to it) and
 * ./.muster.
 */
export function locateDataDir(flag: string | undefined, env: NodeJS.ProcessEnv): DataDir {
  const named = flag ?? env.MUSTER_DATA;
  if (named) return dataDir(resolve(named));
  const system = "/var/lib/muster";
  return dataDir(writable(system) ? system : resolve(".muster"));
}

/** New files of this process and of the programs that it starts are closed to other users, whatever the folder allows. */
export function closeNewFiles(): void {
  const before = process.umask(OPENS_TO_GROUP);
  process.umask(before | OPENS_TO_GROUP); // a stricter mask of the systemd unit stays
}

const OPENS_TO_GROUP = 0o027;

/**
 * Creates the data folder without access for other users, because the folder contains keys, token hashes and facts about
 * hosts.
 */
export function createDataDir(data: DataDir): void {
  try {
    for (const folder of [data.root, data.jobs, data.assets, data.executor]) mkdirSync(folder, { recursive: true, mode: 0o750 });
    if (!hasSeparateUsers(data)) {
      chmodSync(data.executor, 0o700);
      closeEntries(data);
    }
    accessSync(data.root, constants.W_OK);
  } catch (cause) {
    throw new MusterError("DATA_DIR_UNUSABLE", `the data folder ${data.root} cannot be used`, { cause });
  }
}

/** Returns true if `muster prepare` has given the data folder to the separate users of the processes. */
export function hasSeparateUsers({ root, executor }: DataDir): boolean {
  const [whole, own] = [root, executor].map((path) => statSync(path, { throwIfNoEntry: false }));
  return whole !== undefined && own !== undefined && whole.uid !== own.uid;
}

/** The entries that only Muster writes. The operator may give the inventory and the assets other permissions. */
const ownEntries = ({ database, knownHosts, todo, jobs, captures, audit }: DataDir): string[] => [
  ...[database, `${database}-wal`, `${database}-shm`],
  ...[knownHosts, todo, jobs, captures, audit],
];

/** Returns the entries, among them the folder itself, that other users of the control node can open. */
export const openEntries = (data: DataDir): string[] =>
  [data.root, ...ownEntries(data)].filter((path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & OTHERS) !== 0);

const OTHERS = 0o007;

/**
 * Closes what an earlier version left open. The folder itself keeps its permissions, because an operator may have created
 * it for other purposes too. `muster doctor` reports an open folder.
 */
function closeEntries(data: DataDir): void {
  const open = openEntries(data).filter((path) => path !== data.root);
  for (const path of open) chmodSync(path, statSync(path).mode & 0o770);
}

function writable(folder: string): boolean {
  for (const place of [folder, dirname(folder)]) {
    try {
      accessSync(place, constants.W_OK);
      return true;
    } catch {
      // If the data folder does not exist yet, Muster checks the permissions of its parent folder.
    }
  }
  return false;
}
