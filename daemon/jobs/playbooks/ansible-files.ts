/** Reads the YAML files of Ansible's folder. A file that is no YAML or too long counts as unreadable, and Ansible reports it. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { AnsibleFolder } from "./playbook-contents.ts";

const MAX_BYTES = 1024 * 1024;
const MAX_FILES = 2000;

export function ansibleFiles(directory: string): AnsibleFolder {
  let files = 0;
  return {
    read: (path) => {
      const file = join(directory, path);
      const stat = statSync(file, { throwIfNoEntry: false });
      files += 1;
      if (!stat?.isFile() || stat.size > MAX_BYTES || files > MAX_FILES) return undefined;
      return documentsIn(readFileSync(file, "utf8"));
    },
    filesBelow: (folder) => {
      const place = join(directory, folder);
      if (!existsSync(place)) return [];
      const entries = readdirSync(place, { recursive: true, encoding: "utf8" });
      return entries.filter((name) => /\.ya?ml$/.test(name)).map((name) => join(folder, name));
    },
  };
}

/** Tags of Ansible such as `!vault` are unknown here. They only stand at values, which decide nothing. */
function documentsIn(text: string): unknown[] | undefined {
  try {
    const documents = [...parseAllDocuments(text, { version: "1.1", logLevel: "error", uniqueKeys: false })];
    if (documents.some(({ errors }) => errors.length > 0)) return undefined;
    return documents.map((document) => document.toJS({ maxAliasCount: 1000 }));
  } catch {
    return undefined; // Aliases that repeat too many values, or nesting that is too deep.
  }
}
