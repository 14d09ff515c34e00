/**
 * Holds the key that signs checkpoints and creates it at its first use. An attacker with this key can forge
 * checkpoints, but not the copies of checkpoints on other machines.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MusterError } from "../errors/errors.ts";
import { type Checkpoint, readVerifierLine, signNote, verifierLine } from "./note.ts";

export interface Signer {
  publicKey: KeyObject;
  sign(checkpoint: Checkpoint): string;
}

const privateFile = (folder: string) => join(folder, "key.pem");
const publicFile = (folder: string) => join(folder, "key.pub");

export function openSigner(folder: string): Signer {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(privateFile(folder))) {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(privateFile(folder), privateKey.export({ type: "pkcs8", format: "pem" }), { flag: "wx", mode: 0o600 });
  }
  const privateKey = createPrivateKey(readFileSync(privateFile(folder)));
  const publicKey = createPublicKey(privateKey);
  writeFileSync(publicFile(folder), `${verifierLine(publicKey)}\n`);
  return { publicKey, sign: (checkpoint) => signNote(checkpoint, privateKey, publicKey) };
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
