/**
 * Lists the files to check: all files in git, and new files that git does not ignore. The list excludes data, historical
 * records and the list of words itself.
 */
import { execFileSync } from "node:child_process";

const excluded = [
  "LICENSE",
  "daemon/decisions/",
  "test/fixtures/",
  "web/dist/",
  "scripts/prose/words.ts",
  "scripts/prose/sentences.ts",
  "test/scripts/prose.test.ts",
];

const isExcluded = (file: string) => excluded.some((path) => (path.endsWith("/") ? file.startsWith(path) : file === path));

export function filesBelow(root: string, paths: string[]): string[] {
  if (paths.length === 0) return [];
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...paths], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  return [...new Set(listed.split("\0"))].filter((file) => file !== "" && !isExcluded(file)).sort();
}
