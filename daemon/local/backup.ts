/**
 * Implements `muster backup`, which copies the irreplaceable files of a data folder while the daemon runs. To restore the
 * backup, the operator puts the copy in the place of the data folder.
 */
import { chmodSync, cpSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { CommandFailure } from "../cli/failure.ts";
import { createDataDir, type DataDir, dataDir } from "../data-dir.ts";
import { explain } from "../errors/errors.ts";
import { copyDatabase } from "../store/copy-database.ts";
import { isEmptyDatabase } from "../store/examine-database.ts";
import { requireOurs } from "./control-node.ts";

/** Entries of the executor's folder that a later executor must not find, or creates again. */
const passing = /^(executions|cp|tmp|pycache|.*\.sock(\..*)?|\.ansible.*|.*\.draft(\.pub)?)$/;

/** Returns the copied entries. If the command fails, the target folder does not exist. */
export function backup(data: DataDir, target: string): string[] {
  const place = resolve(target);
  if (existsSync(place)) throw new CommandFailure("USAGE", `${place} exists already`, "Name a new folder for each backup.");
  if (!existsSync(data.database))
    throw new CommandFailure("USAGE", `there is no database in ${data.root}`, "Name the daemon's data folder with --data or MUSTER_DATA.");
  requireOurs(data.root);
  requireOurs(data.executor);
  const draft = `${place}.partial`;
  rmSync(draft, { recursive: true, force: true });
  try {
    const copied = copy(data, dataDir(draft));
    renameSync(draft, place);
    return copied;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw new CommandFailure(
      "STEP_FAILED",
      `the backup is not complete: ${explain(error)}`,
      "Free space or name another folder, then run it again.",
    );
  }
}

/**
 * Copies in an order that keeps the files consistent. Checkpoints come before the database, because no checkpoint may name
 * an audit record that the database lacks. The ledger comes after it, because it must know every execution of the database.
 */
function copy(from: DataDir, to: DataDir): string[] {
  createDataDir(to);
  chmodSync(to.root, 0o700);
  const whole = (path: string, copyOf: string) =>
    existsSync(path) && cpSync(path, copyOf, { recursive: true, preserveTimestamps: true, dereference: true });
  whole(from.audit, to.audit);
  copyDatabase(from.database, to.database);
  chmodSync(to.database, 0o600);
  isEmptyDatabase(to.database); // throws if the copy is damaged
  for (const name of existsSync(from.executor) ? readdirSync(from.executor) : [])
    if (!passing.test(name)) whole(join(from.executor, name), join(to.executor, name));
  for (const [path, copyOf] of [
    [from.inventory, to.inventory],
    [from.knownHosts, to.knownHosts],
    [from.todo, to.todo],
  ] as const)
    whole(path, copyOf);
  return [to.database, to.audit, to.executor, to.inventory, to.knownHosts, to.todo]
    .filter((path) => existsSync(path))
    .map((path) => basename(path));
}
