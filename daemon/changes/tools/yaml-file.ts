/** Reads a YAML file and validates it with a schema. Every fault names its file and line. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type * as z from "zod";

/** `line` is 1 if the fault concerns the whole file. */
export interface Fault {
  file: string;
  line: number;
  problem: string;
}

export const faultText = ({ file, line, problem }: Fault): string => `${file}:${line}: ${problem}`;

export type Path = readonly PropertyKey[];
/** The caller uses `faultAt` to add its own faults. */
export type Read<T> = { ok: true; value: T; faultAt(path: Path, problem: string): Fault } | { ok: false; faults: Fault[] };

export const missingFolders = (folders: readonly string[]): Fault[] =>
  folders.filter((folder) => !existsSync(folder)).map((file) => ({ file, line: 1, problem: "there is no such folder" }));

/**
 * Returns the YAML files of a folder and its subfolders, sorted by path. Skips hidden files and folders, because
 * editors create them.
 */
export function yamlFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.ya?ml$/.test(path) && !path.split(sep).some((name) => name.startsWith(".")))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((path) => join(folder, path));
}

export const readYaml = <T>(file: string, schema: z.ZodType<T>): Read<T> => parseYaml(file, readFileSync(file, "utf8"), schema);

export function parseYaml<T>(file: string, text: string, schema: z.ZodType<T>): Read<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, stringKeys: true });
  const faults = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    file,
    line: lines.linePos(pos[0]).line,
    problem: message.split("\n", 1)[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? "",
  }));
  // Aliases could expand a small file to a very large value.
  visit(document, {
    Alias: (_, { source, range }) => {
      const line = lines.linePos(range?.[0] ?? 0).line;
      faults.push({ file, line, problem: `*${source} is an alias, which is not allowed here; write out the value` });
    },
  });
  if (faults.length > 0) return { ok: false, faults };
  const parsed = schema.safeParse(document.toJS());
  const faultAt = (path: Path, problem: string): Fault => ({
    file,
    line: lineOf(document, lines, path),
    problem: `${path.join(".") || "the file"}: ${problem}`,
  });
  if (parsed.success) return { ok: true, value: parsed.data, faultAt };
  return {
    ok: false,
    faults: parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => faultAt([...issue.path, key], "there is no such key"))
        : [faultAt(issue.path, issue.message)],
    ),
  };
}

/** Returns the line of the value at a path, or of the nearest parent that exists. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const found = pair?.key ?? document.getIn(path.slice(0, length), true);
    if (isNode(found) && found.range) return lines.linePos(found.range[0]).line;
  }
  return 1;
}
