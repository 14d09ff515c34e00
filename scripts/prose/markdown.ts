/**
 * Finds the prose of a Markdown page: headings, paragraphs, list items and table cells. Code and addresses are
 * replaced by characters that no rule rejects.
 */
import type { Passage } from "./passage.ts";

/** Marks a line of a fenced code block, in which only the words are checked. */
const CODE = "\u0000";

/**
 * Matches the tables that tests write from the code, between `<!-- name -->` and `<!-- /name -->`. The texts of a
 * generated table are checked in the code, not in the page.
 */
const GENERATED = /<!-- (firmware|errors|commands) -->[\s\S]*?<!-- \/\1 -->/g;

const blank = (text: string, sign: string) => text.replaceAll(/[^\n]/g, sign);

/** Replaces code without changing the length of the text, so that line numbers stay correct. Inline code counts as one word. */
function withoutCode(source: string): string {
  return source
    .replaceAll(GENERATED, (table) => blank(table, " "))
    .replaceAll(/^[ \t]*(```|~~~)[\s\S]*?^[ \t]*\1[ \t]*$/gm, (block) => block.replaceAll(/[`~]/g, " ").replaceAll(/^/gm, CODE))
    .replaceAll(/<!--[\s\S]*?-->/g, (comment) => blank(comment, " "))
    .replaceAll(/(`+)(?!`)[^`]+?\1/g, (code) => blank(code, "x"))
    .replaceAll(/\]\([^)\s]+\)/g, (link) => `]${blank(link.slice(1), " ")}`)
    .replaceAll(/https?:\/\/\S+/g, (url) => blank(url, "x"));
}

const cells = (line: string) => line.replaceAll("\\|", "xx").split("|").slice(1, -1);

export function markdownPassages(source: string): Passage[] {
  const passages: Passage[] = [];
  let open: Passage | undefined;
  /**
   * The column at which the text of the current list item begins. A line that is indented by four columns more than
   * this text is code.
   */
  let textColumn = 0;
  const close = () => {
    open = undefined;
  };
  const add = (kind: Passage["kind"], line: number, text: string) => {
    const passage: Passage = { kind, line, text };
    passages.push(passage);
    return passage;
  };
  for (const [index, line] of withoutCode(source).split("\n").entries()) {
    const at = index + 1;
    const indent = line.length - line.trimStart().length;
    const item = /^\s*([-*+]|\d+\.)\s+/.exec(line)?.[0];
    if (line.startsWith(CODE)) {
      close();
      add("fragment", at, line.slice(1));
    } else if (line.trim() === "") close();
    else if (open && !item && !/^\s*\|/.test(line)) open.text += `\n${line}`;
    else if (item && indent < textColumn + 4) {
      textColumn = item.length;
      open = add("markdown", at, line.slice(item.length));
    } else {
      if (indent === 0) textColumn = 0;
      if (indent >= textColumn + 4) add("fragment", at, line);
      else if (/^#+\s/.test(line)) add("heading", at, line.replace(/^#+\s+/, ""));
      else if (/^\s*\|/.test(line)) for (const cell of cells(line)) add("markdown", at, cell);
      else open = add("markdown", at, line);
    }
  }
  return passages;
}
