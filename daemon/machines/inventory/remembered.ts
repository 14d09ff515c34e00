/**
 * Caches what is computed from the inventory file until its text changes, because each of many call-homes
 * needs it.
 */
import type { Document } from "yaml";
import type { InventoryFile } from "./file.ts";

export function remembered<T>(file: InventoryFile, understand: (document: Document) => T): () => T {
  let known: { text: string; understood: T } | undefined;
  return () => {
    const text = file.text();
    if (known?.text !== text) known = { text, understood: understand(file.read(text)) };
    return known.understood;
  };
}
