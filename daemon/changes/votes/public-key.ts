/** A voter's public key: one word for people to copy, and what OpenSSL makes of it. */
import { createHash, createPublicKey, type KeyObject } from "node:crypto";

const CURVE = "ed25519:";

export const writtenKey = (key: KeyObject): string =>
  CURVE + Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url").toString("base64");

export const readKey = (written: string): KeyObject =>
  createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytesOf(written).toString("base64url") }, format: "jwk" });

/** For people to compare; as many characters as nobody makes a second key for. */
export const fingerprint = (written: string): string =>
  `SHA256:${createHash("sha256").update(bytesOf(written)).digest("base64").replace(/=+$/, "")}`;

const bytesOf = (written: string): Buffer => Buffer.from(written.slice(CURVE.length), "base64");
