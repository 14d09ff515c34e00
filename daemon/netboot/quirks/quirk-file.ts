/** Reads the quirk file that comes with Muster: one line of JSON for each make or model, `#` before remarks. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { QuirkLine } from "../../contract/netboot/quirk.ts";

/** A line that cannot be read is a mistake of ours, not of the operator: it stops the start and the tests. */
export function parseQuirkFile(text: string): QuirkLine[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    try {
      return [QuirkLine.parse(JSON.parse(line))];
    } catch (cause) {
      throw new Error(`quirk file, line ${index + 1}`, { cause });
    }
  });
}

export const quirkFile = (): QuirkLine[] => parseQuirkFile(readFileSync(join(import.meta.dirname, "quirks.ndjson"), "utf8"));
