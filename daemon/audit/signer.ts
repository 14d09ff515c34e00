/**
 * Holds the key that signs checkpoints and creates it at its first use. An attacker with this key can forge
 * checkpoints, but not the copies of checkpoints on other machines.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MusterError } from "../errors/errors.ts";
import { type Checkpoint, readVerifierLine, signNote, verifierLine } from "./note.ts";
import { writeWhole } from "./whole-file.ts";

export interface Signer {
  publicKey: KeyObject;
  sign(checkpoint: Checkpoint): string;
}

const privateFile = (folder: string) => join(folder, "key.pem");
const publicFile = (folder: string) => join(folder, "key.pub");

export function openSigner(folder: string): Signer {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let privateKey = readSigningKey(folder);
  if (!privateKey) {
    ({ privateKey } = generateKeyPairSync("ed25519"));
    writeWhole(privateFile(folder), privateKey.export({ type: "pkcs8", format: "pem" }).toString(), 0o600);
  }
  const publicKey = createPublicKey(privateKey);
  writeWhole(publicFile(folder), `${verifierLine(publicKey)}\n`, 0o644);
  const key = privateKey;
  return { publicKey, sign: (checkpoint) => signNote(checkpoint, key, publicKey) };
}

/**
 * Reads the signing key. Returns undefined if the audit has no key yet. Throws AUDIT_KEY_UNUSABLE if the key was lost,
 * because a new key would make every earlier checkpoint appear forged.
 */
export function readSigningKey(folder: string): KeyObject | undefined {
  const file = privateFile(folder);
  if (!existsSync(file)) {
    if (!existsSync(publicFile(folder))) return undefined;
    throw new MusterError("AUDIT_KEY_UNUSABLE", `the key ${file} is missing, but ${publicFile(folder)} exists`);
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(file));
  } catch (cause) {
    throw new MusterError("AUDIT_KEY_UNUSABLE", `${file} does not contain the private key that signs the audit`, { cause });
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new MusterError("AUDIT_KEY_UNUSABLE", `${file} contains a key of the type ${key.asymmetricKeyType}, not ed25519`);
}

/** Reads the public key from a data folder, or from another file, such as a copy of `key.pub`. */
export function readPublicKey(folder: string, file = publicFile(folder)): KeyObject {
  let line: string;
  try {
    line = readFileSync(file, "utf8");
  } catch (cause) {
    throw new MusterError("REQUEST_INVALID", `cannot read the public key ${file}; name a copy of it with --public-key`, { cause });
  }
  const key = readVerifierLine(line);
  if (!key) throw new MusterError("REQUEST_INVALID", `${file} is not a public key of an audit`);
  return key;
}
