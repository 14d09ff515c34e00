/**
 * Reads and writes signed notes in the format of transparency logs (C2SP signed-note, ed25519). The root of a
 * note is the hash of the last record. Pure functions.
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { Digest } from "../contract/changes/plan.ts";

/** A statement that the first `size` records of this log end with the hash `root`. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Digest;
}

const KEY_NAME = "muster-audit";
/** The type number of an ed25519 key in C2SP's signed-note format. */
const ED25519 = 1;

/**
 * Returns the origin of the note that marks the first remaining record after older records were dropped. The origin
 * differs from the origin of checkpoints. Otherwise an old checkpoint could justify removed records.
 */
export const beginningOf = (origin: string): string => `${origin}/beginning`;

export const originOf = (epoch: string): string => `${KEY_NAME}/${epoch}`;

export function signNote({ origin, size, root }: Checkpoint, privateKey: KeyObject, publicKey: KeyObject): string {
  const text = `${origin}\n${size}\n${Buffer.from(root, "hex").toString("base64")}\n`;
  const signature = Buffer.concat([keyId(publicKey), sign(null, Buffer.from(text), privateKey)]);
  return `${text}\n— ${KEY_NAME} ${signature.toString("base64")}\n`;
}

/** Returns the checkpoint of the note, or undefined if the note is not signed with this key. */
export function openNote(note: string, publicKey: KeyObject): Checkpoint | undefined {
  const [, text, origin, size, root, signed] =
    /^(([^\n]+)\n([1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n)\n— muster-audit ([A-Za-z0-9+/=]+)\n$/u.exec(note) ?? [];
  if (text === undefined || origin === undefined || root === undefined || signed === undefined) return undefined;
  const bytes = Buffer.from(signed, "base64");
  if (!bytes.subarray(0, 4).equals(keyId(publicKey)) || !verify(null, Buffer.from(text), publicKey, bytes.subarray(4))) return undefined;
  return { origin, size: Number(size), root: Buffer.from(root, "base64").toString("hex") };
}

/** Returns the public key as a line that other verifiers of signed notes can read. */
export const verifierLine = (publicKey: KeyObject): string =>
  `${KEY_NAME}+${keyId(publicKey).toString("hex")}+${named(publicKey).toString("base64")}`;

export function readVerifierLine(line: string): KeyObject | undefined {
  const bytes = Buffer.from(/^muster-audit\+[0-9a-f]{8}\+([A-Za-z0-9+/=]+)$/.exec(line.trim())?.[1] ?? "", "base64");
  if (bytes.length !== 33 || bytes[0] !== ED25519) return undefined;
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytes.subarray(1).toString("base64url") }, format: "jwk" });
}

const named = (publicKey: KeyObject): Buffer =>
  Buffer.concat([Buffer.of(ED25519), Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url")]);

const keyId = (publicKey: KeyObject): Buffer =>
  createHash("sha256").update(`${KEY_NAME}\n`).update(named(publicKey)).digest().subarray(0, 4);
