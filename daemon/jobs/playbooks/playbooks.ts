/**
 * Reads the playbooks that can be run by name. The folder is read for each request, so that a new playbook is found
 * immediately.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Playbooks } from "../../changes/tools/playbooks.ts";
import { type PlaybookList, PlaybookName } from "../../contract/jobs/playbook.ts";
import { MusterError } from "../../errors/errors.ts";
import { AnsibleContent } from "./ansible-content.ts";
import { headerOf } from "./playbook-header.ts";

/** The path of the folder, relative to Ansible's folder. The playbook path of a job begins with this path. */
const FOLDER = "playbooks";

export const playbookFile = (name: PlaybookName): string => `${FOLDER}/${name}.yaml`;

/** Returns a function that is cheap enough for frequent calls. The returned function does not hash unchanged files again. */
export function listedPlaybooks(directory: string): () => PlaybookList {
  const content = new AnsibleContent();
  return () => readPlaybooks(directory, content);
}

export function readPlaybooks(directory: string, content = new AnsibleContent()): PlaybookList {
  const list: PlaybookList = { playbooks: [], refused: [] };
  const folder = join(directory, FOLDER);
  if (!existsSync(folder)) return list;
  const sha256 = content.digest(directory);
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!/\.ya?ml$/.test(entry.name)) continue;
    const refuse = (reason: string) => list.refused.push({ file: `${FOLDER}/${entry.name}`, reason });
    const name = PlaybookName.safeParse(entry.name.replace(/\.yaml$/, ""));
    if (!entry.isFile()) refuse("it is a link or a folder, not a file");
    else if (!name.success) refuse("its name must be lower-case letters, digits, - and _, and end in .yaml");
    else {
      const header = headerOf(readFileSync(join(folder, entry.name), "utf8"));
      if (header.kind === "none") refuse(header.reason);
      else list.playbooks.push({ name: name.data, does: header.does, readOnly: header.readOnly, sha256 });
    }
  }
  return list;
}

/**
 * Finds playbooks for plans. A tool form can name a playbook that has no header. Without a header, a playbook does
 * not count as read-only.
 */
export const playbooksIn =
  (directory: string, content = new AnsibleContent()): Playbooks =>
  (name) => {
    const file = join(directory, playbookFile(name));
    if (!existsSync(file)) throw new MusterError("PLAYBOOK_NOT_FOUND", `there is no playbook ${name}`);
    const header = headerOf(readFileSync(file, "utf8"));
    return { readOnly: header.kind === "header" && header.readOnly, content: content.digest(directory) };
  };
