/**
 * Reads the comment at the beginning of a playbook. The comment contains a description, states whether the playbook is
 * read-only, and may declare extra variables. All functions in this file are pure.
 */
import { parse } from "yaml";
import * as z from "zod";
import { DeclaredVariables } from "../../contract/jobs/declared-variable.ts";
import { explain } from "../../errors/errors.ts";

export type PlaybookHeader =
  | { kind: "header"; does: string; readOnly: boolean; variables?: DeclaredVariables }
  | { kind: "none"; reason: string };

const WORDS = { "read-only": true, changes: false } as const;
const VARIABLES = "muster-variables:";

/**
 * A header contains sentences and then the line `muster: read-only` or `muster: changes`. The line is required, so
 * that the author must choose one of the two. The lines after `muster-variables:` are YAML.
 */
export function headerOf(text: string): PlaybookHeader {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => line.trim() !== "---" && !line.startsWith("#"));
  const comments = lines
    .slice(0, end === -1 ? lines.length : end)
    .filter((line) => line.startsWith("#"))
    .map((line) => line.replace(/^#+ ?/, "").trimEnd());
  const at = comments.findIndex((line) => line.trim().startsWith("muster:"));
  if (at === -1) return none("its first comment has no line `# muster: read-only` or `# muster: changes`");
  const word = comments[at]?.trim().slice("muster:".length).trim() ?? "";
  if (!Object.hasOwn(WORDS, word)) return none(`its header says \`muster: ${word.slice(0, 40)}\`; it must be read-only or changes`);
  const does = comments
    .slice(0, at)
    .map((line) => line.trim())
    .filter(Boolean)
    .join(" ");
  if (does === "") return none("its header has no description above the line that begins with muster:");
  const header = { kind: "header" as const, does: does.slice(0, 500), readOnly: WORDS[word as keyof typeof WORDS] };
  const declaredAt = comments.findIndex((line) => line.trim().startsWith(VARIABLES));
  if (declaredAt === -1) return header;
  const declared = declaredVariables(comments.slice(declaredAt).join("\n"));
  return typeof declared === "string" ? none(declared) : { ...header, variables: declared };
}

function declaredVariables(text: string): DeclaredVariables | string {
  try {
    const { [VARIABLES.slice(0, -1)]: declared } = z.record(z.string(), z.unknown()).parse(parse(text, { maxAliasCount: 0 }));
    const read = DeclaredVariables.safeParse(declared ?? {});
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    return `its header declares a wrong variable: ${[VARIABLES + (issue?.path.join(".") ?? ""), issue?.message].join(" ")}`;
  } catch (error) {
    return `its header has no YAML after ${VARIABLES} ${explain(error).split("\n")[0]}`;
  }
}

const none = (reason: string): PlaybookHeader => ({ kind: "none", reason });
