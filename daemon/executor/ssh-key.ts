/** The key the executor logs in to nodes with. Made at the first start; only its public half leaves this process. */
import { existsSync } from "node:fs";
import { execa } from "execa";
import { MusterError } from "../errors.ts";
import { privateKey } from "./ansible.ts";

export async function ensureSshKey(home: string): Promise<void> {
  const file = privateKey(home);
  if (existsSync(file) && existsSync(`${file}.pub`)) return;
  try {
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "muster-executor", "-f", file]);
  } catch (cause) {
    throw new MusterError("LAUNCH_FAILED", "the executor's SSH key could not be made: is openssh-client installed?", { cause });
  }
}
