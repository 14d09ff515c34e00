/** What is asked of the inventory more often than it changes, such as by every machine of a crowd: understood once for each text. */
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
