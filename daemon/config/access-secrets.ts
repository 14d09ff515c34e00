/** Reads the files that `machines.access` names: public SSH keys and the hash of a password. */
import { readFileSync } from "node:fs";
import { MusterError } from "../errors/errors.ts";
import type { Config } from "./config.ts";

export interface AccessSecrets {
  sshKeys: string[];
  rootPasswordHash?: string;
}

/**
 * Placeholder text that people copy from examples. With a placeholder in place of a key or hash, either every login or
 * no login would work.
 */
const placeholder = /change.?me|your[-_ ]?key|placeholder|example|AAAA\.\.\.|<.*>/i;
const sshKey =
  /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]{40,}={0,3}( [^\n\r]*)?$/;
const cryptHash = /^\$(6|5|y|2[aby])\$[./A-Za-z0-9$=,+-]{20,200}$/;

/** Muster does not start if a file with a key or a password hash contains a placeholder. */
export function loadAccess({ machines: { access } }: Pick<Config, "machines">): AccessSecrets {
  const sshKeys = access.ssh_keys_file ? lines(read(access.ssh_keys_file, "machines.access.ssh_keys_file")) : [];
  for (const key of sshKeys) {
    if (placeholder.test(key) || !sshKey.test(key)) {
      throw new MusterError(
        "CONFIG_INVALID",
        `machines.access.ssh_keys_file: ${access.ssh_keys_file} has a line that is not a public SSH key: ${key.slice(0, 40)}`,
      );
    }
  }
  if (!access.root_password_hash_file) return { sshKeys };
  const rootPasswordHash = read(access.root_password_hash_file, "machines.access.root_password_hash_file").trim();
  if (placeholder.test(rootPasswordHash) || !cryptHash.test(rootPasswordHash)) {
    throw new MusterError(
      "CONFIG_INVALID",
      `machines.access.root_password_hash_file: ${access.root_password_hash_file} does not contain a crypt hash; create one with \`mkpasswd -m yescrypt\``,
    );
  }
  return { sshKeys, rootPasswordHash };
}

function read(file: string, field: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new MusterError("CONFIG_INVALID", `${field}: cannot read ${file}`, { cause });
  }
}

const lines = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
