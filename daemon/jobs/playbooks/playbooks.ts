/**
 * Reads the playbooks that can be run by name. The folder is read for each request, so that a new playbook is found
 * immediately.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Playbooks } from "../../changes/tools/playbooks.ts";
import { type PlaybookList, PlaybookName } from "../../contract/jobs/playbook.ts";
import { MusterError } from "../../errors/errors.ts";
import { FolderReading } from "./folder-reading.ts";
import { headerOf } from "./playbook-header.ts";

/** The path of the folder, relative to Ansible's folder. The playbook path of a job begins with this path. */
const FOLDER = "playbooks";

export const playbookFile = (name: PlaybookName): string => `${FOLDER}/${name}.yaml`;

/** Returns a function that is cheap enough for frequent calls. The returned function does not read unchanged files again. */
export function listedPlaybooks(directory: string): () => PlaybookList {
  const reading = new FolderReading(directory);
  return () => readPlaybooks(directory, reading);
}

export function readPlaybooks(directory: string, reading = new FolderReading(directory)): PlaybookList {
  const list: PlaybookList = { playbooks: [], refused: [] };
  const folder = join(directory, FOLDER);
  if (!existsSync(folder)) return list;
  const sha256 = reading.digest();
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!/\.ya?ml$/.test(entry.name)) continue;
    const refuse = (reason: string) => list.refused.push({ file: `${FOLDER}/${entry.name}`, reason });
    const name = PlaybookName.safeParse(entry.name.replace(/\.yaml$/, ""));
    if (!entry.isFile()) refuse("it is a link or a folder, not a file");
    else if (!name.success) refuse("its name must be lower-case letters, digits, - and _, and end in .yaml");
    else {
      const header = headerOf(readFileSync(join(folder, entry.name), "utf8"));
      if (header.kind === "none") {
        refuse(header.reason);
        continue;
      }
      const { does, readOnly, variables } = header;
      const { tags, hosts, addsHosts } = reading.contents(playbookFile(name.data), sha256);
      list.playbooks.push({
        ...{ name: name.data, does, readOnly, sha256 },
        ...(tags && { tags }),
        ...(variables && { variables }),
        ...(addsHosts && { addsHosts: hosts }),
      });
    }
  }
  return list;
}

/** Returns a function that finds the secrets that the header of a playbook declares. A run gives the path of its playbook. */
export const secretsIn =
  (directory: string): ((path: string) => Record<string, string>) =>
  (path) => {
    const file = join(directory, path);
    const header = existsSync(file) ? headerOf(readFileSync(file, "utf8")) : undefined;
    const declared = header?.kind === "header" ? Object.entries(header.variables ?? {}) : [];
    return Object.fromEntries(declared.flatMap(([name, each]) => ("secret" in each ? [[name, each.secret]] : [])));
  };

/**
 * Finds playbooks for plans. A tool form can name a playbook that has no header. Without a header, a playbook does
 * not count as read-only and takes no extra variables.
 */
export const playbooksIn =
  (directory: string, reading = new FolderReading(directory)): Playbooks =>
  (name) => {
    const path = playbookFile(name);
    const file = join(directory, path);
    if (!existsSync(file)) throw new MusterError("PLAYBOOK_NOT_FOUND", `there is no playbook ${name}`);
    const header = headerOf(readFileSync(file, "utf8"));
    const sha256 = reading.digest();
    const { tags, hosts, addsHosts } = reading.contents(path, sha256);
    const variables = header.kind === "header" ? header.variables : {};
    return {
      readOnly: header.kind === "header" && header.readOnly,
      content: sha256,
      ...(tags && { tags }),
      ...(variables && { variables }),
      ...(addsHosts && { addsHosts: hosts }),
    };
  };
