/** Words of a form with `{placeholders}`. A word stays one word, whatever its placeholders are filled with. */
import type { Value } from "../../contract/changes/tool.ts";

const PLACEHOLDER = /\{([a-z][a-z0-9_]{0,40})\}/g;

export const placeholdersIn = (word: string): string[] => [...word.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);

/** The placeholder's name if it is the whole word: `{lines}`, but not `--lines={lines}`. */
export const wholePlaceholder = (word: string): string | undefined => /^\{([a-z][a-z0-9_]{0,40})\}$/.exec(word)?.[1];

/** Returns undefined if a placeholder has no value, so that an optional option is left out. */
export function fill(
  word: string,
  lookUp: (name: string) => Value | undefined,
  encode: (text: string) => string = String,
): string | undefined {
  if (placeholdersIn(word).some((name) => lookUp(name) === undefined)) return undefined;
  return word.replace(PLACEHOLDER, (_, name: string) => encode(String(lookUp(name))));
}

/** Splits the one-line form `ping -c 4 {target}` at spaces only, because no shell reads it. */
export const templateWordsOf = (template: string): string[] => template.split(" ").filter((word) => word !== "");

/** True if the text has characters that only a shell would interpret. Its author expects a shell. */
export const looksLikeShell = (template: string): boolean => /["'`$;&|<>()\\*?~#\n\t]/.test(template);
