/** Removes secrets from the output of a step. Handles the whole text at once, because a secret could span two pieces. */
import type { Said } from "../kept-output.ts";

export const MASK = "********";
/** The smallest length of a secret that is removed, in characters. Removing shorter values would damage normal words. */
const LEAST_CHARACTERS = 4;

/**
 * Removes secrets, including secrets that are encoded for URLs, JSON and base64. Also removes parts of secrets before and
 * after the omitted middle of a long output. The function is pure.
 */
export function masked({ head, tail, leftOut }: Said, secrets: readonly string[]): string {
  const forms = secrets.flatMap(writtenForms).toSorted((a, b) => b.length - a.length);
  const before = maskAll(head.toString("utf8"), forms);
  if (!tail) return before;
  const after = maskAll(tail.toString("utf8"), forms);
  return `${withoutCutEnd(before, forms)}\n[${leftOut} bytes left out]\n${withoutCutBeginning(after, forms)}`;
}

export const maskedText = (text: string, secrets: readonly string[]): string => masked({ head: Buffer.from(text), leftOut: 0 }, secrets);

const maskAll = (text: string, forms: readonly string[]): string => forms.reduce((rest, form) => rest.replaceAll(form, MASK), text);

/** Returns the spellings of a secret that a program may print. */
export function writtenForms(secret: string): string[] {
  // Removes each line of a key, because a program may print the lines separately.
  const lines = secret.includes("\n") ? secret.split("\n").map((line) => line.trim()) : [];
  const plain = [secret, ...lines].filter((part) => part.length >= LEAST_CHARACTERS);
  const forms = plain.flatMap((part) => [
    part,
    encodeURIComponent(part),
    JSON.stringify(part).slice(1, -1),
    Buffer.from(part).toString("base64"),
    Buffer.from(part).toString("base64").replace(/=+$/, ""),
    Buffer.from(part).toString("hex"),
  ]);
  return [...new Set(forms)];
}

function withoutCutEnd(text: string, forms: readonly string[]): string {
  const longest = Math.max(0, ...forms.map((form) => partAtEnd(text, form)));
  return longest === 0 ? text : `${text.slice(0, -longest)}${MASK}`;
}

function withoutCutBeginning(text: string, forms: readonly string[]): string {
  const longest = Math.max(0, ...forms.map((form) => partAtBeginning(text, form)));
  return longest === 0 ? text : `${MASK}${text.slice(longest)}`;
}

/** Returns the number of characters at the end of the text that are the beginning of the encoded secret. */
function partAtEnd(text: string, form: string): number {
  for (let length = form.length - 1; length > 0; length--) if (text.endsWith(form.slice(0, length))) return length;
  return 0;
}

function partAtBeginning(text: string, form: string): number {
  for (let length = form.length - 1; length > 0; length--) if (text.startsWith(form.slice(-length))) return length;
  return 0;
}
