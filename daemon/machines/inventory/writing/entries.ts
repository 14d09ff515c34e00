/**
 * Finds and changes the entries of an inventory document that Muster may edit. A repeated key means its last entry, as for
 * Ansible.
 */
import { type Document, isAlias, isMap, isScalar, Pair, Scalar, YAMLMap } from "yaml";
import { isMergeKey } from "../reading/construct.ts";
import { resolvePlain } from "../reading/plain-scalars.ts";

/** Returns the text of a key, or undefined if the key is no text for Ansible. */
export function keyName(key: unknown): string | undefined {
  if (!isScalar(key) || typeof key.value !== "string" || isMergeKey(key)) return undefined;
  const value = key.type === Scalar.PLAIN ? resolvePlain(key.value) : key.value;
  return typeof value === "string" ? value : undefined;
}

export const keysOf = (map: YAMLMap | undefined): string[] => [...new Set((map?.items ?? []).flatMap(({ key }) => keyName(key) ?? []))];

export const pairIn = (map: YAMLMap | undefined, key: string): Pair | undefined => map?.items.findLast((pair) => keyName(pair.key) === key);

export function mapAt(document: Document, path: readonly string[]): YAMLMap | undefined {
  let at: unknown = document.contents;
  for (const key of path) at = isMap(at) ? pairIn(at, key)?.value : undefined;
  return isMap(at) ? at : undefined;
}

/**
 * Returns the map at a path. Missing maps and empty entries become maps. An alias becomes a map that merges the alias, so
 * that new entries do not reach the other places of the anchor. Throws a RangeError if an entry is a list or a text.
 */
export function ensureMap(document: Document, path: readonly string[]): YAMLMap {
  let map: unknown = document.contents;
  if (!isMap(map)) throw new RangeError("the top level is not a mapping");
  for (const [depth, key] of path.entries()) {
    const parent: YAMLMap = map as YAMLMap;
    const pair = pairIn(parent, key) ?? added(parent, key);
    if (!isMap(pair.value)) pair.value = asMap(pair.value, path.slice(0, depth + 1));
    map = pair.value;
  }
  return map as YAMLMap;
}

function added(map: YAMLMap, key: string): Pair {
  const pair = new Pair(new Scalar(key), null);
  map.items.push(pair);
  return pair;
}

function asMap(value: unknown, path: readonly string[]): YAMLMap {
  const map = new YAMLMap();
  const part = path.at(-1);
  const text = isScalar(value) && typeof value.value === "string" && value.value !== "" ? value : undefined;
  if (isAlias(value)) {
    const merge = new Scalar("<<");
    merge.type = Scalar.PLAIN;
    map.items.push(new Pair(merge, value));
  } else if (text && keyName(text) !== undefined && (part === "hosts" || part === "children")) map.items.push(new Pair(text, null));
  else if (!isNothing(value)) throw new RangeError(`${path.join(".")} is not a mapping`);
  return map;
}

const isNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (isScalar(value) && (value.value === null || (value.type === Scalar.PLAIN && resolvePlain(String(value.value)) === null)));

/** Returns the text of a simple value, such as an address. */
export function textIn(map: unknown, key: string): string | undefined {
  const value = isMap(map) ? pairIn(map, key)?.value : undefined;
  return isScalar(value) ? String(value.value) : undefined;
}

/** Sets the value of a key. Every earlier entry of the key stays as it is, because Ansible ignores it. */
export function put(map: YAMLMap, key: string, value: Pair["value"]): void {
  (pairIn(map, key) ?? added(map, key)).value = value;
}

/** Removes every entry of a key. Returns false if the map has none. */
export function drop(map: YAMLMap | undefined, key: string): boolean {
  const before = map?.items.length;
  if (map) map.items = map.items.filter((pair) => keyName(pair.key) !== key);
  return map !== undefined && map.items.length !== before;
}
