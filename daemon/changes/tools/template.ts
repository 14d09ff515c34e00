/** Words of a form with `{placeholders}` in them. One word stays one word, whatever its placeholders are filled with. */
import type { Value } from "../../contract/changes/tool.ts";

const PLACEHOLDER = /\{([a-z][a-z0-9_]{0,40})\}/g;

export const placeholdersIn = (word: string): string[] => [...word.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);

/** `{lines}` alone, not `--lines={lines}`. */
export const wholePlaceholder = (word: string): string | undefined => /^\{([a-z][a-z0-9_]{0,40})\}$/.exec(word)?.[1];

/** Nothing when one of its placeholders has no value: an option nobody asked for is not given at all. */
export function fill(
  word: string,
  lookUp: (name: string) => Value | undefined,
  encode: (text: string) => string = String,
): string | undefined {
  if (placeholdersIn(word).some((name) => lookUp(name) === undefined)) return undefined;
  return word.replace(PLACEHOLDER, (_, name: string) => encode(String(lookUp(name))));
}

/** The one-line form `ping -c 4 {target}`: split at spaces and nowhere else, since no shell will ever read it. */
export const templateWordsOf = (template: string): string[] => template.split(" ").filter((word) => word !== "");

/** What only a shell would understand: whoever writes it expects one. */
export const looksLikeShell = (template: string): boolean => /["'`$;&|<>()\\*?~#\n\t]/.test(template);
