/** Expands a host key of the inventory as Ansible does: `db[1:3]` is three hosts, and `db1:2222` has a port. Pure. */

/** Ansible has no limit. This limit keeps a typing error such as `n[1:999999999]` from using up the memory. */
export const MAX_HOSTS = 100_000;

export interface HostPattern {
  names: string[];
  port?: number;
}

const NUMBERS = String.raw`\[[0-9]+:[0-9]+(?::[0-9]+)?\]`;
const HEX = String.raw`\[[0-9a-f]+:[0-9a-f]+(?::[0-9]+)?\]`;
const LETTERS_OR_NUMBERS = String.raw`\[(?:[a-z]:[a-z]|[0-9]+:[0-9]+)(?::[0-9]+)?\]`;
const WORD = String.raw`[\p{L}\p{N}_]`;
const LABEL = `(?:${WORD}|${LETTERS_OR_NUMBERS})(?:${WORD}|-|${LETTERS_OR_NUMBERS})*(?<![_-])`;
const BYTE = `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|${NUMBERS})`;
const PAIR = `(?:[0-9a-f]{1,4}|${HEX})`;
const HOST = [
  `^(?:${BYTE}\\.){3}${BYTE}$`,
  `^${LABEL}(?:\\.${LABEL})*$`,
  `^(?:${PAIR}:){7}${PAIR}$|^(?:${PAIR}:){1,6}:$|^(?:${PAIR}:){1,6}(?::${PAIR}){1,6}$|^:(?::${PAIR}){1,6}$|^${PAIR}?::$`,
].map((pattern) => new RegExp(pattern, "iu"));
const WITH_PORT = [/^\[(.+)\]:([0-9]+)$/, /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/];
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Throws a RangeError for a range that Ansible refuses. */
export function hostsOfPattern(pattern: string): HostPattern {
  const [host, port] = withoutPort(pattern);
  const known = HOST.some((each) => each.test(host));
  const names = expand(known ? host : pattern);
  return known && port !== undefined ? { names, port } : { names };
}

function withoutPort(pattern: string): [string, number | undefined] {
  for (const each of WITH_PORT) {
    const found = each.exec(pattern);
    if (found?.[1] !== undefined) return [found[1], Number(found[2])];
  }
  return [pattern, undefined];
}

function expand(pattern: string): string[] {
  if (!pattern.includes("[")) return [pattern];
  const [head, range, tail, ...rest] = pattern.replace("[", "|").replace("]", "|").split("|");
  if (head === undefined || range === undefined || tail === undefined || rest.length > 0) throw invalid(pattern);
  const tails = expand(tail);
  const names = valuesOf(range, pattern).flatMap((value) => tails.map((end) => head + value + end));
  if (names.length > MAX_HOSTS) throw tooMany(pattern);
  return names;
}

function valuesOf(range: string, pattern: string): string[] {
  const [from = "", to = "", step = "1", ...rest] = range.split(":");
  if (!range.includes(":") || rest.length > 0 || to === "") throw invalid(pattern);
  const begin = from || "0";
  const width = begin.length > 1 && begin.startsWith("0") ? begin.length : 0;
  if (width > 0 && width !== to.length) throw invalid(pattern);
  const [first, last, letters] = [LETTERS.indexOf(begin), LETTERS.indexOf(to), wholeOrUndefined(step)];
  if (first >= 0 && last >= 0 && first > last) throw invalid(pattern);
  if (first >= 0 && last >= 0 && letters !== undefined) return series(first, last, letters, pattern).map((at) => LETTERS[at] ?? "");
  return series(whole(begin, pattern), whole(to, pattern), whole(step, pattern), pattern).map((value) =>
    String(value).padStart(width, "0"),
  );
}

function series(first: number, last: number, step: number, pattern: string): number[] {
  if (step <= 0) throw invalid(pattern);
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  if (count > MAX_HOSTS) throw tooMany(pattern);
  return Array.from({ length: count }, (_, index) => first + index * step);
}

const wholeOrUndefined = (text: string): number | undefined =>
  /^\s*[-+]?\d+(?:_\d+)*\s*$/.test(text) ? Number(text.replaceAll("_", "")) : undefined;

function whole(text: string, pattern: string): number {
  const value = wholeOrUndefined(text);
  if (value === undefined) throw invalid(pattern);
  return value;
}

const invalid = (pattern: string): RangeError => new RangeError(`${pattern} is not a range of hosts that Ansible reads`);
const tooMany = (pattern: string): RangeError => new RangeError(`${pattern} is more than ${MAX_HOSTS} hosts`);
