/**
 * Finds comments and texts in shell, Python, YAML, Liquid, Cedar and CSS files. The search works line by line,
 * without a parser.
 */
import type { Passage } from "./passage.ts";

/** Matches the start of a line that contains only a comment. */
const commentLine: Record<string, RegExp> = {
  sh: /^\s*#+\s?(?!!)/,
  py: /^\s*#+\s?(?!!)/,
  yaml: /^\s*#+\s?/,
  j2: /^\s*#+\s?/,
  cedar: /^\s*\/\/\s?/,
  css: /^\s*(?:\/\*+|\*(?!\/)|\*\/)\s?/,
  liquid: /^\s*#+\s?(?!!)/,
};

const trailing: Record<string, RegExp> = {
  sh: /\s#\s(.*)$/,
  py: /\s#\s(.*)$/,
  yaml: /\s#\s(.*)$/,
  cedar: /\s\/\/\s(.*)$/,
  css: /\/\*(.*?)\*\//,
};

/** Matches a YAML value that is a sentence: the text after `key:` or `-`. */
const yamlValue = /^\s*(?:-\s+)?(?:[\w.-]+:\s+)?["'>|]*(.*)$/;

const quoted = /"([^"\n]*)"|'([^'\n]*)'/g;

function textsOf(language: string, line: string): string[] {
  if (language === "yaml") return [yamlValue.exec(line)?.[1] ?? ""];
  if (language === "liquid") return [line.replaceAll(/\{[{%].*?[%}]\}/g, " ")];
  if (language === "css" || language === "cedar") return [];
  return [...line.matchAll(quoted)].map(([, double, single]) => double ?? single ?? "");
}

const withoutCode = (text: string) => text.replaceAll(/`[^`\n]*`/g, (code) => "x".repeat(code.length));

export function lineBasedPassages(language: string, source: string): Passage[] {
  const passages: Passage[] = [];
  let comment: Passage | undefined;
  for (const [index, raw] of source.split("\n").entries()) {
    const line = index + 1;
    const mark = commentLine[language]?.exec(raw)?.[0];
    if (mark !== undefined) {
      const text = withoutCode(raw.slice(mark.length));
      if (text.trim() === "") comment = undefined;
      else if (comment) comment.text += `\n${text}`;
      else {
        comment = { kind: "comment", line, text };
        passages.push(comment);
      }
      continue;
    }
    comment = undefined;
    const end = trailing[language]?.exec(raw);
    if (end?.[1]) passages.push({ kind: "comment", line, text: withoutCode(end[1]) });
    const code = end ? raw.slice(0, end.index) : raw;
    for (const text of textsOf(language, code))
      if (/\S\s+\S/.test(text)) passages.push({ kind: "fragment", line, text: withoutCode(text) });
  }
  return passages;
}
