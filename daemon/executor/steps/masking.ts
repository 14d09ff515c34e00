/** Removes secrets from the output of a step. It handles the whole text at once, so a secret cannot hide at a border between pieces. */
import type { Said } from "../kept-output.ts";

export const MASK = "********";
/** Shorter values would remove parts of normal words, and are no secrets. */
const LEAST_CHARACTERS = 4;

/** Also removes secrets in the forms of URLs, JSON and base64, and the rest of a secret that the cap has cut. Pure. */
export function masked({ head, tail, leftOut }: Said, secrets: readonly string[]): string {
  const forms = secrets.flatMap(writtenForms).toSorted((a, b) => b.length - a.length);
  const before = maskAll(head.toString("utf8"), forms);
  if (!tail) return before;
  const after = maskAll(tail.toString("utf8"), forms);
  return `${withoutCutEnd(before, forms)}\n[${leftOut} bytes left out]\n${withoutCutBeginning(after, forms)}`;
}

export const maskedText = (text: string, secrets: readonly string[]): string => masked({ head: Buffer.from(text), leftOut: 0 }, secrets);

const maskAll = (text: string, forms: readonly string[]): string => forms.reduce((rest, form) => rest.replaceAll(form, MASK), text);

function writtenForms(secret: string): string[] {
  // A program may print the lines of a key separately.
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

/** The number of characters at the end of the text that are the beginning of the form. */
function partAtEnd(text: string, form: string): number {
  for (let length = form.length - 1; length > 0; length--) if (text.endsWith(form.slice(0, length))) return length;
  return 0;
}

function partAtBeginning(text: string, form: string): number {
  for (let length = form.length - 1; length > 0; length--) if (text.startsWith(form.slice(-length))) return length;
  return 0;
}
