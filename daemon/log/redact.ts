/** Removes text that looks like a secret, because many people read logs. The patterns are data, shared with hide-secrets.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Pattern {
  pattern: string;
  ignoreCase?: boolean;
  /** The first group names the secret and stays. */
  keepsFirstGroup?: boolean;
}

const patterns = (JSON.parse(readFileSync(join(import.meta.dirname, "patterns.json"), "utf8")) as Pattern[]).map(
  ({ pattern, ignoreCase, keepsFirstGroup }) => ({
    secret: new RegExp(pattern, ignoreCase ? "gi" : "g"),
    shown: keepsFirstGroup ? "$1[redacted]" : "[redacted]",
  }),
);

export const redact = (text: string): string => patterns.reduce((rest, { secret, shown }) => rest.replace(secret, shown), text);
