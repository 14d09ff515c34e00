/** Converts a voter's public key between a word that people can copy and a key object for OpenSSL. */
import { createHash, createPublicKey, type KeyObject } from "node:crypto";

const CURVE = "ed25519:";

export const writtenKey = (key: KeyObject): string =>
  CURVE + Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url").toString("base64");

export const readKey = (written: string): KeyObject =>
  createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytesOf(written).toString("base64url") }, format: "jwk" });

/**
 * Returns a short form of the public key that people can compare. The fingerprint is so long that a second key with the
 * same fingerprint cannot be found.
 */
export const fingerprint = (written: string): string =>
  `SHA256:${createHash("sha256").update(bytesOf(written)).digest("base64").replace(/=+$/, "")}`;

const bytesOf = (written: string): Buffer => Buffer.from(written.slice(CURVE.length), "base64");
