/** ssh keeps a connection for a run's next task, in a process of a session of its own: it is told to go with its run. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { controlSockets } from "./ansible.ts";

const run = promisify(execFile);

/** What the names of a run's sockets begin with. Short, because a socket's path may have 107 bytes. */
export const connectionsOf = (runName: string): string => createHash("sha256").update(runName).digest("hex").slice(0, 8);

export async function closeConnections(home: string, runName: string): Promise<void> {
  const folder = controlSockets(home);
  const own = readdirSync(folder).filter((name) => name.startsWith(`${connectionsOf(runName)}-`));
  await Promise.all(
    own.map((name) =>
      // A connection that has ended in the meantime is no failure.
      run("ssh", ["-o", `ControlPath=${join(folder, name)}`, "-O", "exit", "node"], { timeout: 1000 }).catch(() => undefined),
    ),
  );
}
