/**
 * Builds the data of a YAML node as Ansible's loader does. A repeated key takes its last value. Merges (`<<`) and aliases
 * are followed. A tag that Ansible refuses is an error. Pure.
 */
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, Scalar, visit, type YAMLMap } from "yaml";
import { type Plain, resolvePlain, Time } from "./plain-scalars.ts";

/** A text that Ansible decrypts with the site's password. */
export class Vault {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type MapKey = string | number | bigint | boolean | null;
export type Data = Plain | Vault | Data[] | DataMap;
export type DataMap = Map<MapKey, Data>;

/** Aliases can multiply a small file. The limits are far above every real inventory, and cost a fraction of a second. */
const MAX_REPEATED = 300_000;
const MAX_DEPTH = 60;

const STANDARD = "tag:yaml.org,2002:";

/** A fault at an offset of the text. */
export class FaultAt extends RangeError {
  readonly offset: number | undefined;

  constructor(message: string, node: Node | undefined) {
    super(message);
    this.offset = node?.range?.[0];
  }
}

export function construct(document: Document): Data {
  return new Constructor(document).data(document.contents, 0);
}

class Constructor {
  readonly #anchored: ReadonlyMap<Alias, Node>;
  readonly #most: number;
  #count = 0;
  /** The alias that was followed last. */
  #alias: Alias | undefined;

  constructor(document: Document) {
    this.#anchored = anchoredNodes(document);
    this.#most = nodesIn(document) + MAX_REPEATED;
  }

  data(node: unknown, depth: number): Data {
    this.#bound(depth);
    if (isAlias(node)) return this.data(this.#target(node), depth + 1);
    if (isMap(node)) {
      requireTag(node.tag, "map");
      return this.#mapping(node, depth);
    }
    if (isSeq(node)) {
      requireTag(node.tag, "seq");
      return node.items.map((each) => this.data(each, depth + 1));
    }
    return isScalar(node) ? scalarOf(node) : null;
  }

  #mapping(map: YAMLMap, depth: number): DataMap {
    const built: DataMap = new Map();
    // For Python, the keys 1 and true are the same key. The first spelling stays.
    const same = (key: MapKey): MapKey => {
      const twin = typeof key === "boolean" ? Number(key) : key === 0 || key === 1 ? Boolean(key) : key;
      return built.has(twin) ? twin : key;
    };
    for (const { key, value } of this.#pairs(map, depth)) built.set(same(this.#key(key, depth)), this.data(value, depth + 1));
    return built;
  }

  /** Returns the merged pairs followed by the pairs of the map itself. */
  #pairs(map: YAMLMap, depth: number): { key: unknown; value: unknown }[] {
    this.#bound(depth);
    const merged: { key: unknown; value: unknown }[] = [];
    const own: { key: unknown; value: unknown }[] = [];
    for (const pair of map.items) {
      if (!isMergeKey(pair.key)) {
        own.push(pair);
        continue;
      }
      const source = isAlias(pair.value) ? this.#target(pair.value) : pair.value;
      // Of several merged maps, the first map wins.
      for (const each of isSeq(source) ? source.items.toReversed() : [source]) {
        const from = isAlias(each) ? this.#target(each) : each;
        if (!isMap(from)) throw new RangeError("a merge (<<) needs a mapping or a list of mappings");
        for (const one of this.#pairs(from, depth + 1)) merged.push(one);
      }
    }
    this.#count += merged.length;
    return [...merged, ...own];
  }

  #key(node: unknown, depth: number): MapKey {
    if (isScalar(node) && node.type === Scalar.PLAIN && node.value === "=") return "=";
    const key = this.data(node, depth + 1);
    if (key instanceof Time) return key.text;
    if (key instanceof Vault || key instanceof Map || Array.isArray(key)) throw new RangeError("a key is a list, a mapping or a vault");
    return key;
  }

  #target(alias: Alias): Node {
    this.#alias = alias;
    const node = this.#anchored.get(alias);
    if (!node) throw new RangeError(`*${alias.source} refers to no anchor before it`);
    return node;
  }

  #bound(depth: number): void {
    if (depth > MAX_DEPTH) throw new FaultAt(`it is nested deeper than ${MAX_DEPTH} levels, or an alias contains itself`, this.#alias);
    if (++this.#count <= this.#most) return;
    throw new FaultAt(`its aliases repeat more than ${MAX_REPEATED} values; write out the values of *${this.#alias?.source}`, this.#alias);
  }
}

/** Counts an upper bound of the steps that the file needs without its aliases. Each node and each mapping is one step. */
function nodesIn(document: Document): number {
  let count = 0;
  visit(document, {
    Node: (_, node) => {
      count += isMap(node) ? 2 : 1;
    },
  });
  return count;
}

export const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && key.type === Scalar.PLAIN && key.value === "<<" && key.tag === undefined;

/** Returns the node behind each alias. Ansible refuses a file that sets an anchor twice. */
export function anchoredNodes(document: Document): Map<Alias, Node> {
  const known = new Map<string, Node>();
  const found = new Map<Alias, Node>();
  visit(document, {
    Alias: (_, alias) => {
      const node = known.get(alias.source);
      if (node) found.set(alias, node);
    },
    Value: (_, node) => {
      if (node.anchor === undefined) return;
      if (known.has(node.anchor)) throw new RangeError(`the anchor &${node.anchor} is set twice`);
      known.set(node.anchor, node);
    },
  });
  return found;
}

/** Nodes of a parsed file hold texts. Nodes that Muster has made hold values. */
function scalarOf({ value, type, tag: given }: Scalar): Data {
  const tag = given === "!" ? undefined : given;
  if (typeof value !== "string") return value as Data;
  if (tag === "!vault" || tag === "!vault-encrypted") return new Vault(value);
  if (tag === "!unsafe" || tag === `${STANDARD}str`) return value;
  if (tag !== undefined) return tagged(value, tag);
  if (type === Scalar.PLAIN && value === "=") throw new RangeError("the value = needs quotes");
  return type === Scalar.PLAIN ? resolvePlain(value) : value;
}

function tagged(text: string, tag: string): Data {
  const value = resolvePlain(text);
  const kinds: Record<string, boolean> = {
    null: value === null,
    bool: typeof value === "boolean",
    int: typeof value === "bigint" || Number.isInteger(value),
    float: typeof value === "number",
    timestamp: value instanceof Time,
  };
  if (!tag.startsWith(STANDARD) || kinds[tag.slice(STANDARD.length)] !== true) throw unknownTag(tag);
  return value;
}

function requireTag(tag: string | undefined, kind: "map" | "seq"): void {
  if (tag !== undefined && tag !== "!unsafe" && tag !== `${STANDARD}${kind}`) throw unknownTag(tag);
}

const unknownTag = (tag: string): RangeError => new RangeError(`the tag ${tag} is not understood here`);
