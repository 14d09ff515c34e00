/** Parses a Range header (RFC 9110 §14) with a single range, because boot firmware never requests several. Pure. */

export type ByteRange = { kind: "whole" } | { kind: "part"; first: number; last: number } | { kind: "unsatisfiable" };

export function parseRange(header: string | undefined, size: number): ByteRange {
  const match = header === undefined ? null : /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  // If a request names several ranges or another unit, a server may send the whole file.
  if (!match || (match[1] === "" && match[2] === "")) return { kind: "whole" };
  const [, from = "", to = ""] = match;
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? { kind: "unsatisfiable" } : { kind: "part", first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (first >= size) return { kind: "unsatisfiable" };
  return first > last ? { kind: "whole" } : { kind: "part", first, last };
}
