/**
 * Closes the connections that ssh keeps open between the tasks of a run. A signal to the run does not end these connections,
 * because the ssh processes have their own sessions.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { controlSockets } from "./ansible.ts";
import { sshOption } from "./ssh-path.ts";

const run = promisify(execFile);

/**
 * Returns the prefix of the names of a run's sockets. The prefix is short, because the path of a socket has at most 107
 * bytes.
 */
export const connectionsOf = (runName: string): string => createHash("sha256").update(runName).digest("hex").slice(0, 8);

export async function closeConnections(home: string, runName: string): Promise<void> {
  const folder = controlSockets(home);
  const own = readdirSync(folder).filter((name) => name.startsWith(`${connectionsOf(runName)}-`));
  await Promise.all(
    own.map((name) =>
      // Ignores the error if the connection has ended in the meantime.
      run("ssh", ["-o", sshOption("ControlPath", join(folder, name)), "-O", "exit", "node"], { timeout: 1000 }).catch(() => undefined),
    ),
  );
}
