/** Reads and creates a voter's private key on the voter's own machine. Only the public half of the key leaves its file. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";
import { KeyName } from "../../contract/admin/key.ts";
import type { Vote, VoteSignature } from "../../contract/changes/approval.ts";
import { MusterError } from "../../errors/errors.ts";
import { writtenKey } from "./public-key.ts";
import { statementOf, type VoteQuestion } from "./statement.ts";

const KeyFile = z.strictObject({ voter: KeyName, private_key: z.string() });

export interface SigningKey {
  voter: string;
  publicKey: string;
  sign(question: VoteQuestion, answer: Vote["answer"], now: Date): VoteSignature;
}

/** The permission bits of the file's group and of all other users. */
const OTHERS = 0o077;

export const signingKeyFile = (env: NodeJS.ProcessEnv): string =>
  env.MUSTER_VOTER_KEY || join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "muster", "voter.json");

/** Never overwrites an existing key. A voter who lost a key is registered again with a new key. */
export function makeSigningKey(file: string, voter: string): SigningKey {
  if (existsSync(file))
    throw new MusterError("VOTER_KEY_UNUSABLE", `${file} already exists; for a second key set MUSTER_VOTER_KEY to another file`);
  const { privateKey } = generateKeyPairSync("ed25519");
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ voter, private_key: privateKey.export({ type: "pkcs8", format: "pem" }) }, null, 2);
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeFileSync(descriptor, `${text}\n`);
    fsyncSync(descriptor);
  } catch (error) {
    // An incomplete key would prevent the next attempt.
    rmSync(file);
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return readSigningKey(file);
}

/**
 * A file that MUSTER_VOTER_KEY names must exist. Returns undefined if MUSTER_VOTER_KEY is not set and the default file
 * is missing.
 */
export function findSigningKey(env: NodeJS.ProcessEnv): SigningKey | undefined {
  const file = signingKeyFile(env);
  if (existsSync(file)) return readSigningKey(file);
  if (env.MUSTER_VOTER_KEY) throw unusable(file, "MUSTER_VOTER_KEY names it, and it does not exist");
  return undefined;
}

function readSigningKey(file: string): SigningKey {
  if ((statSync(file).mode & OTHERS) !== 0) throw unusable(file, "it can be read by others: chmod 600 it");
  const { voter, private_key: pem } = parsed(file);
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== "ed25519") throw unusable(file, "its key is not an ed25519 key");
  return {
    voter,
    publicKey: writtenKey(createPublicKey(privateKey)),
    sign: (question, answer, now) => {
      const about = { voter, at: now.toISOString() };
      return { ...about, value: sign(null, Buffer.from(statementOf(question, answer, about)), privateKey).toString("base64") };
    },
  };
}

function parsed(file: string): z.output<typeof KeyFile> {
  try {
    return KeyFile.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new MusterError("VOTER_KEY_UNUSABLE", `${file} is not a voter's key`, { cause });
  }
}

const unusable = (file: string, why: string) => new MusterError("VOTER_KEY_UNUSABLE", `${file}: ${why}`);
