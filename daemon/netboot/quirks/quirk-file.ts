/** Parses the quirk file of Muster. Each line is a JSON object for one make or model, or a comment that begins with `#`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { QuirkLine } from "../../contract/netboot/quirk.ts";

/**
 * Parses the lines of the file. An invalid line is a mistake of the developers, so it prevents the start and
 * makes the tests fail.
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
