/**
 * Parses the quirk file that comes with Muster. Each line is a JSON object for one make or model, or a
 * comment after `#`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { QuirkLine } from "../../contract/netboot/quirk.ts";

/**
 * An invalid line is a mistake of the developers, not of the operator. It stops the start and fails the
 * tests.
 */
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
