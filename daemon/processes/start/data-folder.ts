/** Checks the data folder before a process starts: its name must suit all programs, and each entry must be of its kind. */
import { lstatSync, type Stats, statSync } from "node:fs";
import type { DataDir } from "../../data-dir.ts";
import { MusterError } from "../../errors/errors.ts";
import { controlSockets } from "../../executor/runs/ansible.ts";
import { canShareConnections, SOCKET_BYTES } from "../../executor/runs/ssh-path.ts";

/** Shells, Ansible and systemd give these characters a meaning of their own. */
const misread = /[\p{Cc}"'\\`$~{}]/u;

/** The executor first adds a dot and its process id to the name of its socket. */
const PROCESS_BYTES = `.${(4_194_304).toString(36)}`.length;

/** Returns what the name of the data folder prevents, or its path. Throws if Muster cannot work in it. */
export function checkName(data: DataDir): string {
  const character = misread.exec(data.root)?.[0];
  if (character !== undefined)
    throw new MusterError("DATA_DIR_UNUSABLE", `the path of the data folder contains ${JSON.stringify(character)}: ${data.root}`);
  const excess = Buffer.byteLength(data.executorSocket) + PROCESS_BYTES - SOCKET_BYTES;
  if (excess > 0)
    throw new MusterError(
      "DATA_DIR_UNUSABLE",
      `the path of the data folder is ${excess} bytes too long for the executor's socket: ${data.root}`,
    );
  return canShareConnections(controlSockets(data.executor))
    ? data.root
    : `${data.root} works, but a shorter path makes runs faster: it lets tasks share SSH connections`;
}

export function checkEntries(data: DataDir): void {
  for (const file of [data.database, data.knownHosts, data.todo, data.voters]) {
    const found = entry(file);
    if (found && !found.isFile()) throw new MusterError("DATA_DIR_UNUSABLE", `${file} must be a file, but it is ${kindOf(found)}`);
  }
  for (const folder of [data.jobs, data.captures, data.audit, data.assets, data.executor]) {
    const found = entry(folder);
    if (found && !found.isDirectory()) throw new MusterError("DATA_DIR_UNUSABLE", `${folder} must be a folder, but it is ${kindOf(found)}`);
  }
}

/** Follows links, because an operator may keep the inventory in a repository or the assets on another disk. */
function entry(path: string): Stats | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found && lstatSync(path, { throwIfNoEntry: false }))
    throw new MusterError("DATA_DIR_UNUSABLE", `${path} is a link that leads nowhere`);
  return found;
}

const kindOf = (found: Stats): string => (found.isDirectory() ? "a folder" : found.isFile() ? "a file" : "neither a file nor a folder");
