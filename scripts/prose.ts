/**
 * Finds words and sentences that slow readers down, in pages, comments and texts. Without arguments, the program
 * checks the paths in CLEAN. `node scripts/prose.ts PATH...` checks the named files and folders instead.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { check } from "./prose/check.ts";
import { filesBelow } from "./prose/files.ts";

/**
 * The files and folders that already follow the rules of this program. When you have rewritten a file or folder, add it
 * here.
 */
const CLEAN = [
  "README.md",
  "CHANGELOG.md",
  "docs",
  "daemon/jobs",
  "daemon/executor",
  "daemon/executor-link",
  "ansible",
  "pxe",
  "daemon/admin",
  "daemon/api",
  "daemon/audit",
  "daemon/changes",
  "daemon/cli",
  "daemon/cluster",
  "daemon/config",
  "daemon/contract",
  "daemon/data-dir.ts",
  "daemon/errors",
  "daemon/lifecycle.ts",
  "daemon/local",
  "daemon/log",
  "daemon/main.ts",
  "daemon/machines",
  "daemon/netboot",
  "daemon/processes",
  "daemon/process.ts",
  "daemon/store",
  "scripts",
  "test/daemon/admin",
  "test/daemon/api",
  "test/daemon/audit",
  "test/daemon/changes",
  "test/daemon/cli",
  "test/daemon/cluster",
  "test/daemon/config",
  "test/daemon/executor-link",
  "test/daemon/local",
  "test/daemon/log",
  "test/daemon/machines",
  "test/daemon/netboot",
  "test/daemon/processes",
  "test/daemon/store",
  "test/docs",
  "test/pxe",
  "test/replay",
  "test/scripts",
  "test/support",
  "test/web",
  "web",
];

const root = join(import.meta.dirname, "..");
const asked = process.argv.slice(2);
const paths = asked.length > 0 ? asked.map((path) => relative(root, resolve(path)) || ".") : CLEAN;
const missing = paths.filter((path) => !existsSync(join(root, path)));
if (missing.length > 0) {
  console.error(`no such file or folder: ${missing.join(", ")}`);
  process.exit(2);
}

let findings = 0;
let files = 0;
for (const file of filesBelow(root, paths)) {
  const path = join(root, file);
  if (!existsSync(path) || !statSync(path).isFile()) continue;
  const found = check(file, readFileSync(path, "utf8"));
  for (const { line, found: words, instead } of found) console.log(`${file}:${line}: "${words}" — ${instead}`);
  findings += found.length;
  if (found.length > 0) files += 1;
}
if (findings > 0) {
  console.error(`prose: ${findings} findings in ${files} files`);
  process.exit(1);
}
