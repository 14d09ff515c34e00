/** Reads the files that `machines.access` names: public SSH keys and the hash of a password. */
import { readFileSync } from "node:fs";
import { MusterError } from "../errors/errors.ts";
import type { Config } from "./config.ts";
import { readPublicKeys } from "./public-keys.ts";

export interface AccessSecrets {
  sshKeys: string[];
  rootPasswordHash?: string;
}

/**
 * Placeholder text that people copy from examples. With a placeholder in place of a hash, either every login or no login
 * would work.
 */
const placeholder = /change.?me|your[-_ ]?key|placeholder|example|AAAA\.\.\.|<.*>/i;
const cryptHash = /^\$(6|5|y|2[aby])\$[./A-Za-z0-9$=,+-]{20,200}$/;

/** Muster does not start if a file with a key or a password hash contains a placeholder. */
export function loadAccess({ machines: { access } }: Pick<Config, "machines">): AccessSecrets {
  const sshKeys = access.ssh_keys_file ? publicKeys(access.ssh_keys_file) : [];
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

function publicKeys(file: string): string[] {
  const { keys, faults } = readPublicKeys(read(file, "machines.access.ssh_keys_file"));
  const [fault] = faults;
  if (fault) throw new MusterError("CONFIG_INVALID", `machines.access.ssh_keys_file: ${file}, line ${fault.line}, ${fault.problem}`);
  return keys;
}

function read(file: string, field: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new MusterError("CONFIG_INVALID", `${field}: cannot read ${file}`, { cause });
  }
}
