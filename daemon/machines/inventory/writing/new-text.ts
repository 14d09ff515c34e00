/** Writes YAML nodes as text. Nodes from the file keep their spelling. New texts that YAML could misread get quotes. Pure. */
import { isAlias, isMap, isScalar, isSeq, type Pair, Scalar, type YAMLMap } from "yaml";
import { resolvePlain } from "../reading/plain-scalars.ts";

const STANDARD = "tag:yaml.org,2002:";

/** Writes a node on one line. `source` is the text of the file that the node comes from. */
export function inline(node: unknown, source: string): string {
  if (isAlias(node)) return `*${node.source}`;
  if (isMap(node)) return props(node) + braces(node, source);
  if (isSeq(node)) return `${props(node)}[${node.items.map((each) => inline(each, source)).join(", ")}]`;
  return isScalar(node) ? props(node) + scalarText(node, source) : "";
}

/** Writes a map on one line without its anchor and tag. */
export const braces = ({ items }: YAMLMap, source: string): string =>
  items.length === 0 ? "{}" : `{ ${items.map((pair) => inlinePair(pair, source)).join(", ")} }`;

export const inlinePair = ({ key, value }: Pair, source: string): string => pairText(inline(key, source), inline(value, source));

export type WritePair = (pair: Pair, column: number) => string[];

/** Writes a pair as lines. `write` writes each pair of a nested map. */
export function pairLines({ key, value }: Pair, column: number, source: string, write: WritePair): string[] {
  const [first = "", ...rest] = valueLines(value, column + 2, source, write);
  return [" ".repeat(column) + pairText(inline(key, source), first), ...rest];
}

/** Writes a value as lines. The first line continues the line of the key. */
export function valueLines(node: unknown, column: number, source: string, write: WritePair): string[] {
  if (isMap(node) && node.items.length > 0) return [props(node).trimEnd(), ...node.items.flatMap((pair) => write(pair, column))];
  if (!isSeq(node) || node.items.length === 0) return [inline(node, source)];
  // A list in a block contains its maps and lists on one line each.
  return [props(node).trimEnd(), ...node.items.map((each) => `${" ".repeat(column)}- ${inline(each, source)}`)];
}

const pairText = (key: string, value: string): string => (value === "" ? `${key}:` : `${key}: ${value}`);

function scalarText({ range, type, value }: Scalar, source: string): string {
  const isBlock = type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL;
  if (range && !isBlock) return source.slice(range[0], range[1]);
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const plain = type !== Scalar.QUOTE_DOUBLE && !isBlock && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value) && resolvePlain(value) === value;
  return plain || (type === Scalar.PLAIN && value === "<<") ? value : quoted(value);
}

/** JSON's quotes are also YAML's quotes. PyYAML accepts some characters only as escapes. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

function props({ anchor, tag }: { anchor?: string; tag?: string }): string {
  const shown = tag?.startsWith(STANDARD) ? `!!${tag.slice(STANDARD.length)}` : tag;
  return (anchor === undefined ? "" : `&${anchor} `) + (shown === undefined ? "" : `${shown} `);
}
