/** A voter's public key, as one word for people to copy and as a key object for OpenSSL. */
import { createHash, createPublicKey, type KeyObject } from "node:crypto";

const CURVE = "ed25519:";

export const writtenKey = (key: KeyObject): string =>
  CURVE + Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url").toString("base64");

export const readKey = (written: string): KeyObject =>
  createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytesOf(written).toString("base64url") }, format: "jwk" });

/** A short form for people to compare. It is long enough that a second key with the same form cannot be found. */
export const fingerprint = (written: string): string =>
  `SHA256:${createHash("sha256").update(bytesOf(written)).digest("base64").replace(/=+$/, "")}`;

const bytesOf = (written: string): Buffer => Buffer.from(written.slice(CURVE.length), "base64");
