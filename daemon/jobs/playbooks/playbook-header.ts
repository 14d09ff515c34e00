/**
 * Reads the comment at the beginning of a playbook. The comment contains a description and states whether the playbook is
 * read-only. All functions in this file are pure.
 */

export type PlaybookHeader = { kind: "header"; does: string; readOnly: boolean } | { kind: "none"; reason: string };

const WORDS = { "read-only": true, changes: false } as const;

/**
 * A header contains sentences and then the line `muster: read-only` or `muster: changes`. The line is required, so
 * that the author must choose one of the two.
 */
export function headerOf(text: string): PlaybookHeader {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => line.trim() !== "---" && !line.startsWith("#"));
  const comments = lines
    .slice(0, end === -1 ? lines.length : end)
    .filter((line) => line.startsWith("#"))
    .map((line) => line.replace(/^#+\s?/, "").trim());
  const at = comments.findIndex((line) => line.startsWith("muster:"));
  if (at === -1) return none("its first comment has no line `# muster: read-only` or `# muster: changes`");
  const word = comments[at]?.slice("muster:".length).trim() ?? "";
  if (!Object.hasOwn(WORDS, word)) return none(`its header says \`muster: ${word.slice(0, 40)}\`; it must be read-only or changes`);
  const does = comments.slice(0, at).filter(Boolean).join(" ");
  if (does === "") return none("its header has no description above the line that begins with muster:");
  return { kind: "header", does: does.slice(0, 500), readOnly: WORDS[word as keyof typeof WORDS] };
}

const none = (reason: string): PlaybookHeader => ({ kind: "none", reason });
