/**
 * Creates random secrets. The database stores the SHA-256 hash of each secret without a salt, which is safe for
 * random values.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

export const newSecret = (bytes = 32): string => randomBytes(bytes).toString("hex");

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Compares two hexadecimal SHA-256 hashes of equal length in constant time. */
export function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
