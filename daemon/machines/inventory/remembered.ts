/**
 * Caches a value that is computed from the inventory file until the file's text changes. The cache saves time,
 * because many call-homes need the value.
 */
import type { InventoryFile } from "./file.ts";
import type { Reading } from "./reading/reading.ts";

export function remembered<T>(file: InventoryFile, understand: (reading: Reading) => T): () => T {
  let known: { text: string; understood: T } | undefined;
  return () => {
    const text = file.text();
    if (known?.text !== text) known = { text, understood: understand(file.reading(text)) };
    return known.understood;
  };
}
