/** Finds the states, configuration keys, options and metrics that a page names. Pure, so that planted faults can prove it. */
import { parseDocument } from "yaml";

const code = String.raw`\`([a-z][a-z-]*)\``;
const list = `${code}(?:(?:,| and| or|, and|, or) ${code})*`;

/** The states in sentences such as "the states `a` and `b`", and in the first column of tables of states. */
export function statesNamed(text: string): string[] {
  const flat = text.replaceAll(/\s*\n\s*/g, " ");
  const inSentences = [...flat.matchAll(new RegExp(String.raw`\b(?:states?|status|statuses|phases?) ${list}`, "g"))].map(
    ([found]) => found,
  );
  const inTables = [...text.matchAll(/^\| (?:state|status|phase) \|.*\n\|[-|]+\n((?:\|.*\n)+)/gm)].flatMap(([, rows = ""]) =>
    rows.split("\n").map((row) => row.split("|")[1] ?? ""),
  );
  return [...inSentences, ...inTables].flatMap((found) => [...found.matchAll(new RegExp(code, "g"))].map(([, word = ""]) => word));
}

/** The blocks of code: indented by four spaces, or fenced. */
export function blocksOf(text: string): string[] {
  const indented = [...text.matchAll(/(?:^ {4}.*\n|^\n(?= {4}))+/gm)].map(([block]) => block.replaceAll(/^ {4}/gm, ""));
  const fenced = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
  return [...indented, ...fenced].map((block) => block.replace(/^\n+/, ""));
}

/** The dotted keys of the blocks of code that begin with a section of the configuration. Stops below keys without known children. */
export function configKeysNamed(text: string, sections: readonly string[], known: ReadonlySet<string>): string[] {
  const isOpen = (path: string) => known.has(path) && ![...known].some((key) => key.startsWith(`${path}.`));
  const keysOf = (value: unknown, path: string): string[] =>
    typeof value !== "object" || value === null || Array.isArray(value) || isOpen(path)
      ? []
      : Object.entries(value).flatMap(([key, inner]) => {
          const name = path === "" ? key : `${path}.${key}`;
          return [name, ...keysOf(inner, name)];
        });
  return blocksOf(text)
    .filter((block) => new RegExp(`^(?:#.*\n)*(?:${sections.join("|")}):(?: *[{#].*)?\n`).test(block))
    .flatMap((block) => {
      const document = parseDocument(block);
      return document.errors.length > 0 ? [] : keysOf(document.toJS(), "");
    });
}

/** Words that begin like a metric, but are a variable, a file and a cookie. */
const noMetrics = /^muster_(?:roles|key|session|executor_?)$/;

/** The metrics without the endings of histograms. */
export const metricsNamed = (text: string): string[] =>
  [...text.matchAll(/\bmuster_[a-z_]+/g)]
    .map(([name]) => name)
    .filter((name) => !noMetrics.test(name))
    .map((name) => name.replace(/_(?:sum|count|bucket)$/, ""));

/** The options that stand alone in inline code, without the name of their command. */
export const loneOptions = (text: string): string[] => [...text.matchAll(/`(--[a-z][a-z0-9-]*)[^`]*`/g)].map(([, option = ""]) => option);
