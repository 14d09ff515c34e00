/**
 * Returns the canonical JSON (RFC 8785) of a value, and the digest of that JSON. Muster hashes, approves and compares
 * values in canonical JSON.
 */
import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Digest } from "../../contract/changes/plan.ts";

export function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("there is no JSON for this value");
  return text;
}

export const digestOf = (value: unknown): Digest => createHash("sha256").update(canonical(value), "utf8").digest("hex");
