/** Returns all findings of one file, in the order of its lines. */
import { extname } from "node:path";
import { lineBasedPassages } from "./line-based.ts";
import { markdownPassages } from "./markdown.ts";
import type { Finding, Passage } from "./passage.ts";
import { findSentences } from "./sentences.ts";
import { typescriptPassages } from "./typescript.ts";
import { findWords } from "./words.ts";

const lineBased: Record<string, string> = {
  ".sh": "sh",
  ".py": "py",
  ".yaml": "yaml",
  ".yml": "yaml",
  ".j2": "j2",
  ".liquid": "liquid",
  ".cedar": "cedar",
  ".css": "css",
};

/** The language of a program without a file extension is determined from its first line. */
function languageOf(name: string, source: string): string | undefined {
  const known = lineBased[extname(name)];
  if (known || extname(name) !== "") return known;
  const interpreter = /^#!.*\b(bash|sh|python3)\b/.exec(source)?.[1];
  return interpreter && (interpreter === "python3" ? "py" : "sh");
}

export function passagesOf(name: string, source: string): Passage[] {
  if (/\.md$/.test(name)) return markdownPassages(source);
  if (/\.tsx?$/.test(name)) return typescriptPassages(name, source);
  const language = languageOf(name, source);
  return language ? lineBasedPassages(language, source) : [];
}

export function check(name: string, source: string): Finding[] {
  return passagesOf(name, source)
    .flatMap((passage) => [...findWords(passage), ...findSentences(passage)])
    .sort((a, b) => a.line - b.line);
}
