/**
 * Reads the files that count for the shape of the tree. The candidates are all files in git, and new files that git
 * does not ignore.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseModule, type SourceModule } from "./source-module.ts";

/** The folders that contain the product. */
export const PRODUCT = ["pxe", "daemon", "agent", "web/src"];
const SERVING = ["scripts", "test"];

/**
 * Tool forms (YAML files), templates and programs in other languages count like TypeScript files. Pages and data files
 * do not count.
 */
const COUNTED = /\.(tsx?|css|py|sh|liquid|yaml|ipxe|grub|cfg|service)$/;

export interface Tree {
  /** The paths of all counted files, relative to the root of the repository. */
  paths: string[];
  modules: Map<string, SourceModule>;
  text: (path: string) => string;
}

export const isIn = (path: string, part: string): boolean => path.startsWith(`${part}/`);

export const isProduct = (path: string): boolean => PRODUCT.some((part) => isIn(path, part));

export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));

export function readTree(root: string): Tree {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...PRODUCT, ...SERVING], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  const paths = [...new Set(listed.split("\0"))].filter((path) => COUNTED.test(path) && existsSync(join(root, path))).sort();
  const text = (path: string) => readFileSync(join(root, path), "utf8");
  const modules = new Map(paths.filter((path) => /\.tsx?$/.test(path)).map((path) => [path, parseModule(path, text(path))]));
  return { paths, modules, text };
}
