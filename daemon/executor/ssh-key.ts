/**
 * Creates the SSH key at the first start. The executor logs in to nodes with this key. Only the public key leaves this
 * process.
 */
import { execFile } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { promisify } from "node:util";
import writeFileAtomic from "write-file-atomic";
import { MusterError } from "../errors/errors.ts";
import { privateKey } from "./runs/ansible.ts";

const run = promisify(execFile);

/** Users outside of the folder's group can open entries of a folder with this bit. */
const OTHERS_ENTER = 0o001;

/**
 * Creates the key pair. Each file appears only when it is complete. If the process is killed, the next start continues the
 * work.
 */
export async function ensureSshKey(home: string): Promise<void> {
  const file = privateKey(home);
  try {
    if (!existsSync(file)) {
      const draft = `${file}.draft`;
      await Promise.all([draft, `${draft}.pub`, `${file}.pub`].map((name) => rm(name, { force: true })));
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "muster-executor", "-f", draft]);
      await rm(`${draft}.pub`);
      await rename(draft, file);
    }
    if (!existsSync(`${file}.pub`)) {
      const { stdout } = await run("ssh-keygen", ["-y", "-f", file]);
      // Netboot puts the key into installers. If the processes have users of their own, only they can enter the folder.
      const mode = (statSync(home).mode & OTHERS_ENTER) === 0 ? 0o640 : 0o644;
      await writeFileAtomic(`${file}.pub`, stdout, { mode });
    }
  } catch (cause) {
    throw new MusterError("LAUNCH_FAILED", "the executor's SSH key could not be created: is openssh-client installed?", { cause });
  }
}
