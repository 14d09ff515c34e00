/** Creates random secrets. They are stored as plain SHA-256, which is enough for random values. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

export const newSecret = (bytes = 32): string => randomBytes(bytes).toString("hex");

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Equal length by construction (hex SHA-256); compared without an early exit. */
export function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
