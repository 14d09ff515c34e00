/** Copies a database as it is at one moment, while other processes write to it. */
import { openReadOnly } from "./database.ts";
import { unusable } from "./examine-database.ts";

/**
 * Writes one complete file. A plain copy of the file would lack the newest transactions, because they are in the write-ahead
 * log next to it.
 */
export function copyDatabase(from: string, to: string): void {
  const db = openReadOnly(from);
  try {
    db.prepare("VACUUM INTO ?").run(to);
  } catch (error) {
    throw unusable(from, error);
  } finally {
    db.close();
  }
}
