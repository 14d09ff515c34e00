/** Takes secrets out of what a step said. The whole text at once, so that no border between two pieces hides one. */
import type { Said } from "../kept-output.ts";

export const MASK = "********";
/** What is shorter would take half of every text with it, and is no secret. */
const LEAST_CHARACTERS = 4;

/** Pure. Secrets also as they are written in URLs, in JSON, in base64; a secret that the cap has cut in two goes as well. */
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
  // A program may show each line of a key by itself.
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

/** How many of the form's first characters stand at the text's end. */
function partAtEnd(text: string, form: string): number {
  for (let length = form.length - 1; length > 0; length--) if (text.endsWith(form.slice(0, length))) return length;
  return 0;
}

function partAtBeginning(text: string, form: string): number {
  for (let length = form.length - 1; length > 0; length--) if (text.startsWith(form.slice(-length))) return length;
  return 0;
}
