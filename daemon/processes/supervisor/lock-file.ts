/** Returns the lock files of a data folder: one for the daemon, and one for each of its processes. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DataDir } from "../../data-dir.ts";

export function lockFile({ locks }: DataDir, name: string): string {
  mkdirSync(locks, { recursive: true, mode: 0o700 });
  return join(locks, name);
}
