/**
 * Writes an edited document back into its text. Only the places of changed entries change. All other bytes stay, also the
 * spelling of values that YAML readers understand differently. Pure.
 */
import { type Document, isMap, isScalar, type Pair, Scalar, type YAMLMap } from "yaml";
import { braces, inline, inlinePair, pairLines, valueLines } from "./new-text.ts";
import { colonEnd, endOf, type Original, type Originals, pairStart, propsEnd, startOf } from "./originals.ts";

export function spliced(text: string, document: Document, originals: Originals): string {
  const splicer = new Splicer(text, originals);
  if (isMap(document.contents)) splicer.map(document.contents);
  return splicer.result(0, text.length);
}

class Splicer {
  readonly #text: string;
  readonly #originals: Originals;
  readonly #eol: string;
  readonly #splices: { from: number; to: number; text: string }[] = [];

  constructor(text: string, originals: Originals) {
    this.#text = text;
    this.#originals = originals;
    this.#eol = /\r?\n/.exec(text)?.[0] ?? "\n";
  }

  result(from: number, to: number): string {
    let at = from;
    let made = "";
    for (const splice of this.#splices.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
      made += this.#text.slice(at, Math.max(at, splice.from)) + splice.text;
      at = Math.max(at, splice.to);
    }
    return made + this.#text.slice(at, to);
  }

  map(map: YAMLMap): void {
    const originals = this.#originals.of(map);
    const present = new Set(map.items);
    const known = new Set(originals.map(({ pair }) => pair));
    const added = map.items.filter((pair) => !known.has(pair));
    const removed = originals.filter(({ pair }) => !present.has(pair));
    const last = originals.at(-1);
    if (map.flow && (removed.length > 0 || (last === undefined && added.length > 0)))
      return void this.#put(startOf(map), endOf(map), braces(map, this.#text));
    for (const original of originals) if (present.has(original.pair)) this.#pair(original);
    for (const original of removed) this.#put(...this.#linesOf(original), "");
    if (added.length === 0 || last === undefined) return;
    const end = this.#originals.end(last);
    if (map.flow) this.#put(end, end, added.map((pair) => `, ${inlinePair(pair, this.#text)}`).join(""));
    else
      this.#insertLines(
        this.#linesOf(last)[1],
        added.flatMap((pair) => this.#lines(pair, last.column ?? 0)),
      );
  }

  #pair(original: Original): void {
    const { pair, name, value, column } = original;
    if (isScalar(pair.key) && pair.key.value !== name)
      this.#put(startOf(pair.key), endOf(pair.key), inline(new Scalar(pair.key.value), this.#text));
    if (pair.value !== value) return void this.#value(original);
    if (!isMap(value)) return;
    const before = this.#originals.of(value).length;
    if (column !== undefined && before === 0 && value.items.length > 0) return void this.#value(original);
    this.map(value);
    if (!value.flow && before > 0 && value.items.length === 0) this.#put(propsEnd(pair), propsEnd(pair), " {}");
  }

  /** Replaces the value of a pair. A comment behind the old value stays on its line. */
  #value(original: Original): void {
    const { pair, value, column } = original;
    const [from, to] = [colonEnd(pair), this.#originals.end(original)];
    const old = this.#text.slice(from, to);
    const colon = pair.srcToken?.sep?.some(({ type }) => type === "map-value-ind") ? "" : ":";
    if (column === undefined) return void this.#put(from, to, `${colon} ${inline(pair.value, this.#text)}`);
    const [first = "", ...lines] = valueLines(pair.value, column + 2, this.#text, (each, at) => this.#lines(each, at));
    const start = colon + (first === "" ? "" : ` ${first}`);
    if (lines.length > 0 && !old.includes("\n")) {
      this.#put(from, to, start);
      return void this.#insertLines(this.#lineEnd(to), lines);
    }
    const end = old.endsWith("\n") ? this.#eol : "";
    // The spaces before a simple value stay, because people align values.
    if (lines.length === 0 && isScalar(value) && value.value !== "" && propsEnd(pair) === from && !old.includes("\n"))
      return void this.#put(startOf(value), to, first);
    this.#put(from, to, start + lines.map((each) => this.#eol + each).join("") + end);
  }

  /** Writes a new pair, or moves a pair with its comments from another place. */
  #lines(pair: Pair, column: number): string[] {
    const original = this.#originals.find(pair);
    if (original?.column === undefined) return pairLines(pair, column, this.#text, (each, at) => this.#lines(each, at));
    const shift = column - original.column;
    const own = new Splicer(this.#text, this.#originals);
    own.#pair(original);
    const moved = own.result(...this.#linesOf(original)).replace(/\r?\n$/, "");
    return moved
      .split(/\r?\n/)
      .map((line) => (shift >= 0 ? " ".repeat(line === "" ? 0 : shift) + line : line.replace(new RegExp(`^ {0,${-shift}}`), "")));
  }

  /** Returns the lines of a pair in block style, with the comment lines directly above it. */
  #linesOf(original: Original): [number, number] {
    const { pair, column = 0 } = original;
    let from = this.#lineStart(pairStart(pair));
    while (from > 0) {
      const above = this.#lineStart(from - 1);
      const line = this.#text.slice(above, from);
      if (line.search(/\S/) !== column || line[column] !== "#") break;
      from = above;
    }
    return [from, this.#lineEnd(this.#originals.end(original))];
  }

  #insertLines(at: number, lines: readonly string[]): void {
    const text = lines.map((line) => line + this.#eol).join("");
    const open = at > 0 && this.#text[at - 1] !== "\n";
    this.#put(at, at, open ? this.#eol + text.slice(0, -this.#eol.length) : text);
  }

  #lineStart(at: number): number {
    return at === 0 ? 0 : this.#text.lastIndexOf("\n", at - 1) + 1;
  }

  #lineEnd(at: number): number {
    if (at > 0 && this.#text[at - 1] === "\n") return at;
    const end = this.#text.indexOf("\n", at);
    return end < 0 ? this.#text.length : end + 1;
  }

  #put(from: number, to: number, text: string): void {
    this.#splices.push({ from, to, text });
  }
}
