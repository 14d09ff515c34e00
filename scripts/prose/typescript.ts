/**
 * Finds comments, strings and JSX text in a TypeScript file. Identifiers, imports and one-word strings do not
 * count as prose.
 */
import { type Node, parseSync } from "oxc-parser";
import type { Passage } from "./passage.ts";

const blank = (text: string) => text.replaceAll(/[^\n]/g, " ");

/** Replaces code in backquotes and the asterisks of a comment by blanks, without changing the length. */
function commentText(value: string): string {
  return value
    .replaceAll(/`[^`\n]*`/g, (code) => "x".repeat(code.length))
    .replaceAll(/^[ \t]*\*/gm, blank)
    .replaceAll(/^[ \t]*(biome-ignore|@ts-expect-error).*/gm, blank);
}

/** Joins a line comment with the line comment on the next line, so that a wrapped sentence is one text. */
function comments(file: { comments: { type: string; value: string; start: number; end: number }[] }, lines: LineTable): Passage[] {
  const passages: Passage[] = [];
  let last: { passage: Passage; line: number } | undefined;
  for (const { type, value, start, end } of file.comments) {
    const line = lines.at(start);
    const text = commentText(value);
    if (type === "Line" && last && last.line === line - 1) last.passage.text += `\n${text}`;
    else passages.push({ kind: "comment", line, text });
    const passage = passages.at(-1);
    last = type === "Line" && passage ? { passage, line: lines.at(end) } : undefined;
  }
  return passages;
}

const isNode = (value: unknown): value is Node & Record<string, unknown> => typeof value === "object" && value !== null && "type" in value;

/** True for a string of several words, or for a title such as `Duration`. */
const isProse = (text: string) => /\S\s+\S/.test(text) || /^[A-Z][a-z]+$/.test(text);

function strings(program: unknown, source: string, lines: LineTable): Passage[] {
  const passages: Passage[] = [];
  const add = (start: number, end: number, continues: boolean) => {
    const text = source
      .slice(start, end)
      .replaceAll(/\\[nrt]/g, "  ")
      .replaceAll(/`[^`\n]*`/g, (code) => "x".repeat(code.length));
    if (isProse(text.trim())) passages.push({ kind: continues ? "fragment" : "label", line: lines.at(start), text });
  };
  const visit = (value: unknown, continues: boolean): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, continues);
    else if (isNode(value)) {
      if (value.type === "ImportDeclaration") return;
      if (value.type === "Literal" && typeof value.value === "string") add(value.start + 1, value.end - 1, continues);
      else if (value.type === "JSXText") add(value.start, value.end, continues);
      else if (value.type === "TemplateLiteral") {
        for (const [index, part] of value.quasis.entries()) add(part.start, part.end, continues || index > 0);
        visit(value.expressions, true);
      } else if (value.type === "BinaryExpression") {
        visit(value.left, continues);
        visit(value.right, true);
      } else if (value.type === "JSXElement" || value.type === "JSXFragment") {
        visit("openingElement" in value ? value.openingElement : undefined, false);
        for (const [index, child] of value.children.entries()) visit(child, index > 0);
      } else for (const key of Object.keys(value)) visit(value[key], continues);
    }
  };
  visit(program, false);
  return passages;
}

class LineTable {
  readonly #starts: number[];

  constructor(source: string) {
    this.#starts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  at(offset: number): number {
    let [low, high] = [0, this.#starts.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

export function typescriptPassages(name: string, source: string): Passage[] {
  const file = parseSync(name, source);
  const lines = new LineTable(source);
  return [...comments(file, lines), ...strings(file.program, source, lines)];
}
