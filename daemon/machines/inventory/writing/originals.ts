/** Remembers the entries of a parsed inventory document and their places in the text, before the document is edited. Pure. */
import { type Document, isMap, isScalar, isSeq, type Node, type Pair, Scalar, visit, type YAMLMap } from "yaml";

export interface Original {
  pair: Pair;
  name: unknown;
  value: unknown;
  /** The column of the pair in block style. Undefined in flow style, which is the style with braces. */
  column: number | undefined;
}

export interface Originals {
  of(map: YAMLMap): readonly Original[];
  find(pair: Pair): Original | undefined;
  /** Returns the end of a pair without the comment behind it. */
  end(original: Original): number;
}

export function originalsOf(document: Document): Originals {
  const maps = new Map<YAMLMap, Original[]>();
  const pairs = new Map<Pair, Original>();
  visit(document, {
    Map: (_, map) => {
      const column = map.flow || !map.srcToken || !("indent" in map.srcToken) ? undefined : map.srcToken.indent;
      const found = map.items.map((pair) => ({ pair, name: isScalar(pair.key) ? pair.key.value : undefined, value: pair.value, column }));
      maps.set(map, found);
      for (const each of found) pairs.set(each.pair, each);
    },
  });
  const end = ({ pair, value }: Original): number => Math.max(contentEnd(value), propsEnd(pair));
  const contentEnd = (node: unknown): number => {
    if (isMap(node) && !node.flow) {
      const last = maps.get(node)?.at(-1);
      return last ? end(last) : 0;
    }
    if (isSeq(node) && !node.flow) return contentEnd(node.items.at(-1));
    return isScalar(node) && node.value === "" && node.type === Scalar.PLAIN ? 0 : endOf(node);
  };
  return { of: (map) => maps.get(map) ?? [], find: (pair) => pairs.get(pair), end };
}

export const startOf = (node: unknown): number => (node as Node).range?.[0] ?? 0;
export const endOf = (node: unknown): number => (node as Node | undefined)?.range?.[1] ?? 0;

/** Returns the start of a pair, including the anchor and the tag of its key. */
export const pairStart = ({ key, srcToken }: Pair): number =>
  srcToken?.start.find(({ type }) => type === "explicit-key-ind" || type === "anchor" || type === "tag")?.offset ?? startOf(key);

export function colonEnd(pair: Pair): number {
  const colon = pair.srcToken?.sep?.find(({ type }) => type === "map-value-ind");
  return colon ? colon.offset + colon.source.length : endOf(pair.key);
}

/** Returns the end of the anchor and the tag before a value, or the end of the colon. */
export function propsEnd(pair: Pair): number {
  const prop = pair.srcToken?.sep?.findLast(({ type }) => type === "anchor" || type === "tag");
  return prop ? prop.offset + prop.source.length : colonEnd(pair);
}
