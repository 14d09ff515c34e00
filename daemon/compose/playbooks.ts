/** Reads the folder of playbooks that may be run by name: each time anew, so that a file put there is there. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type PlaybookList, PlaybookName } from "../contract/playbook.ts";
import { headerOf } from "../fleet/playbook-header.ts";

/** Below Ansible's folder; also how a job names its playbook. */
const FOLDER = "playbooks";

export const playbookFile = (name: PlaybookName): string => `${FOLDER}/${name}.yaml`;

export function readPlaybooks(directory: string): PlaybookList {
  const list: PlaybookList = { playbooks: [], refused: [] };
  const folder = join(directory, FOLDER);
  if (!existsSync(folder)) return list;
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!/\.ya?ml$/.test(entry.name)) continue;
    const refuse = (reason: string) => list.refused.push({ file: `${FOLDER}/${entry.name}`, reason });
    const name = PlaybookName.safeParse(entry.name.replace(/\.yaml$/, ""));
    if (!entry.isFile()) refuse("it is not a file of its own");
    else if (!name.success) refuse("its name must be lower-case letters, digits, - and _, and end in .yaml");
    else {
      const bytes = readFileSync(join(folder, entry.name));
      const header = headerOf(bytes.toString("utf8"));
      if (header.kind === "none") refuse(header.reason);
      else {
        const { does, readOnly } = header;
        list.playbooks.push({ name: name.data, does, readOnly, sha256: createHash("sha256").update(bytes).digest("hex") });
      }
    }
  }
  return list;
}
