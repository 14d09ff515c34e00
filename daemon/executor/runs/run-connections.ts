/** ssh keeps a connection for a run's next task, in a process of a session of its own: it is told to go with its run. */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { controlSockets } from "./ansible.ts";

/** What the names of a run's sockets begin with. Short, because a socket's path may have 107 bytes. */
export const connectionsOf = (run: string): string => createHash("sha256").update(run).digest("hex").slice(0, 8);

export async function closeConnections(home: string, run: string): Promise<void> {
  const folder = controlSockets(home);
  const own = readdirSync(folder).filter((name) => name.startsWith(`${connectionsOf(run)}-`));
  await Promise.all(
    own.map((name) =>
      execa("ssh", ["-o", `ControlPath=${join(folder, name)}`, "-O", "exit", "node"], { reject: false, timeout: 1000, stdio: "ignore" }),
    ),
  );
}
