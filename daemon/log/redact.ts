/**
 * Removes text that looks like a secret, because many people read logs. The patterns are in a data file that
 * `hide-secrets.py` also reads.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Pattern {
  pattern: string;
  ignoreCase?: boolean;
  /** True if the first group of the pattern matches the secret's name. The name stays visible. */
  keepsFirstGroup?: boolean;
}

const patterns = (JSON.parse(readFileSync(join(import.meta.dirname, "patterns.json"), "utf8")) as Pattern[]).map(
  ({ pattern, ignoreCase, keepsFirstGroup }) => ({
    secret: new RegExp(pattern, ignoreCase ? "gi" : "g"),
    shown: keepsFirstGroup ? "$1[redacted]" : "[redacted]",
  }),
);

export const redact = (text: string): string => patterns.reduce((rest, { secret, shown }) => rest.replace(secret, shown), text);
