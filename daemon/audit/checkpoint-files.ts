/**
 * Stores the newest checkpoint of each day in one file per day. With a stored checkpoint, rewritten records can
 * be detected. The checkpoint files are small enough to keep for years.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "./whole-file.ts";

export interface KeptNote {
  file: string;
  note: string;
}

const inside = (folder: string) => join(folder, "checkpoints");

export function writeCheckpoint(folder: string, note: string, at: Date): void {
  mkdirSync(inside(folder), { recursive: true, mode: 0o750 });
  writeWhole(join(inside(folder), at.toISOString().slice(0, 10)), note, 0o640);
}

/** Returns the checkpoints, oldest first. */
export function readCheckpoints(folder: string): KeptNote[] {
  if (!existsSync(inside(folder))) return [];
  return readdirSync(inside(folder))
    .filter((name) => /^\d{4}-\d{2}-\d{2}$/.test(name))
    .sort()
    .map((name) => ({ file: join(inside(folder), name), note: readFileSync(join(inside(folder), name), "utf8") }));
}
