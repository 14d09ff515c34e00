/** Fills the `{placeholders}` in the words of a form. A word stays one word, even if a value contains spaces. */
import type { Value } from "../../contract/changes/tool.ts";

const PLACEHOLDER = /\{([a-z][a-z0-9_]{0,40})\}/g;

export const placeholdersIn = (word: string): string[] => [...word.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);

/** Returns the name of the placeholder if it is the whole word, as in `{lines}` but not in `--lines={lines}`. */
export const wholePlaceholder = (word: string): string | undefined => /^\{([a-z][a-z0-9_]{0,40})\}$/.exec(word)?.[1];

/** Returns undefined if a placeholder has no value, so that an optional argument is left out. */
export function fill(
  word: string,
  lookUp: (name: string) => Value | undefined,
  encode: (text: string) => string = String,
): string | undefined {
  if (placeholdersIn(word).some((name) => lookUp(name) === undefined)) return undefined;
  return word.replace(PLACEHOLDER, (_, name: string) => encode(String(lookUp(name))));
}

/** Splits a one-line command such as `ping -c 4 {target}` only at spaces, because no shell interprets the line. */
export const templateWordsOf = (template: string): string[] => template.split(" ").filter((word) => word !== "");

/**
 * True if the text contains characters that only a shell would interpret. The author of a text with these characters
 * expects a shell, but Muster runs no shell.
 */
export const looksLikeShell = (template: string): boolean => /["'`$;&|<>()\\*?~#\n\t]/.test(template);
