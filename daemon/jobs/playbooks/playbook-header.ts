/** What a playbook says of itself in the comment it begins with. Pure: the file is read elsewhere. */

export type PlaybookHeader = { kind: "header"; does: string; readOnly: boolean } | { kind: "none"; reason: string };

const WORDS = { "read-only": true, changes: false } as const;

/** Sentences, then one line `muster: read-only` or `muster: changes`. Without that line nobody has thought about it. */
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
  if (!Object.hasOwn(WORDS, word)) return none(`its header says \`muster: ${word.slice(0, 40)}\`; it can say read-only or changes`);
  const does = comments.slice(0, at).filter(Boolean).join(" ");
  if (does === "") return none("its header does not say what it does, in a comment above the line that begins with muster:");
  return { kind: "header", does: does.slice(0, 500), readOnly: WORDS[word as keyof typeof WORDS] };
}

const none = (reason: string): PlaybookHeader => ({ kind: "none", reason });
