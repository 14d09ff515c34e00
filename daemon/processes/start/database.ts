/** Checks the database before a process starts. An empty database is accepted only in a data folder that was never used. */
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DataDir } from "../../data-dir.ts";
import { MusterError } from "../../errors/errors.ts";
import { isEmptyDatabase } from "../../store/examine-database.ts";

const ledger = ({ executor }: DataDir) => join(executor, "executions.ledger");
const checkpoints = ({ audit }: DataDir) => join(audit, "checkpoints");

/** Throws DATABASE_LOST if the database is empty or missing, although other files show that it had content. */
export function checkDatabase(data: DataDir): string {
  const exists = existsSync(data.database);
  if (exists && !isEmptyDatabase(data.database)) return data.database;
  const [witness] = earlierUse(data);
  if (witness === undefined) return `${data.database}, created at the first start`;
  throw new MusterError(
    "DATABASE_LOST",
    `${data.database} is ${exists ? "empty" : "missing"}, but ${witness} shows that this data folder was used before`,
  );
}

function earlierUse(data: DataDir): string[] {
  const hasEntries = existsSync(checkpoints(data)) && readdirSync(checkpoints(data)).length > 0;
  const hasLines = existsSync(ledger(data)) && statSync(ledger(data)).size > 0;
  return [...(hasEntries ? [checkpoints(data)] : []), ...(hasLines ? [ledger(data)] : [])];
}

/**
 * Moves the files that belong to a lost database into a folder of their own. The new database then begins its own audit,
 * and the old checkpoints remain as evidence.
 */
export function setAsideLostDatabase(data: DataDir, now: Date): void {
  if (existsSync(data.database) && !isEmptyDatabase(data.database))
    throw new MusterError("REQUEST_INVALID", `--new-database: ${data.database} is not empty; move it to another place first`);
  const place = join(data.root, `before-${now.toISOString().replaceAll(":", "-")}`);
  const old = [checkpoints(data), ledger(data), data.database, `${data.database}-wal`, `${data.database}-shm`];
  for (const path of old.filter((each) => existsSync(each))) {
    mkdirSync(place, { recursive: true, mode: 0o700 });
    renameSync(path, join(place, path.split("/").at(-1) ?? ""));
  }
}
