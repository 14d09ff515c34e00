/** Describes one TypeScript file by figures: its lines, its imports and exports, and its functions. */
import { join } from "node:path";
import { type ParseResult, parseSync } from "oxc-parser";
import { functionsOf, type SourceFunction } from "./source-functions.ts";

export interface SourceModule {
  path: string;
  lines: number;
  /** The number of lines with code. A line that contains both code and a comment counts as code. */
  codeLines: number;
  commentLines: number;
  /** True if the file starts with a comment, or with a `#!` line and a comment. */
  hasHeader: boolean;
  /**
   * The paths of the imported files, relative to the root of the repository. If a file is imported only for its
   * types, the path is in `typeImports` instead.
   */
  imports: string[];
  typeImports: string[];
  /** The names that this file declares and exports. Names that the file re-exports from other files are omitted. */
  exports: string[];
  functions: SourceFunction[];
}

export function parseModule(path: string, source: string): SourceModule {
  const file = parseSync(path, source);
  const lines = source.replace(/\n$/, "").split("\n");
  const { codeLines, commentLines } = countLines(lines, blankComments(source, file));
  const { imports, typeImports } = importsOf(path, source, file);
  return {
    path,
    lines: lines.length,
    codeLines,
    commentLines,
    hasHeader: /^(#!.*\n)?\s*\/[*/]/.test(source),
    imports,
    typeImports,
    exports: exportsOf(file),
    functions: functionsOf(source, file.program),
  };
}

function blankComments(source: string, file: ParseResult): string[] {
  let text = "";
  let end = 0;
  for (const comment of file.comments) {
    text += source.slice(end, comment.start) + source.slice(comment.start, comment.end).replaceAll(/[^\n]/g, " ");
    end = comment.end;
  }
  return (text + source.slice(end)).split("\n");
}

function countLines(lines: string[], withoutComments: string[]): { codeLines: number; commentLines: number } {
  const codeLines = withoutComments.filter((line) => line.trim() !== "").length;
  const commentLines = lines.filter((line, index) => line.trim() !== "" && withoutComments[index]?.trim() === "").length;
  return { codeLines, commentLines };
}

function importsOf(path: string, source: string, { module }: ParseResult): { imports: string[]; typeImports: string[] } {
  const named = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      name: moduleRequest.value,
      types: entries.length > 0 && entries.every(({ isType }) => isType),
    })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) => (moduleRequest ? [{ name: moduleRequest.value, types: isType }] : [])),
    ),
    ...module.dynamicImports.map(({ moduleRequest }) => ({
      name: source.slice(moduleRequest.start + 1, moduleRequest.end - 1),
      types: false,
    })),
  ].filter(({ name }) => name.startsWith("."));
  const target = (name: string) => join(path, "..", name);
  const imports = new Set(named.filter(({ types }) => !types).map(({ name }) => target(name)));
  const typeImports = new Set(named.map(({ name }) => target(name)).filter((name) => !imports.has(name)));
  return { imports: [...imports], typeImports: [...typeImports] };
}

function exportsOf({ module }: ParseResult): string[] {
  const names = module.staticExports.flatMap(({ entries }) =>
    entries.filter(({ moduleRequest }) => !moduleRequest).map(({ exportName }) => exportName.name ?? "default"),
  );
  return [...new Set(names)];
}
