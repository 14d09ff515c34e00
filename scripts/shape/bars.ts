/** Defines the limits on the shape of the tree. An exceeded limit lists the files, folders or names that cause it. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { cycles, importGraph } from "./graph.ts";
import { folderOf, isProduct, type Tree } from "./tree.ts";

export interface Bar {
  name: string;
  /** The greatest value that is allowed. */
  limit: number;
  value: number;
  /** The files, folders or names that break the limit. The list is empty if the limit holds. */
  offenders: string[];
}

const COMPOSER = "daemon/processes/control/control.ts";
const FOLDER_LIMIT = 20;

/**
 * The limit of 19 folders was set before the areas in this list existed. Each area in this list that exists raises the
 * limit by one.
 */
const NEW_AREAS = ["cloud", "desired", "agent"];

export function bars(root: string, tree: Tree): Bar[] {
  const entries = readdirSync(join(root, "daemon"), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const folderLimit = 19 + NEW_AREAS.filter((area) => folders.includes(area)).length;
  return [
    bar("folders under daemon/", folderLimit, folders),
    bar("files under daemon/", 4, files),
    bar(`folders with more than ${FOLDER_LIMIT} files`, 0, crowdedFolders(tree)),
    bar(
      "import cycles, types included",
      0,
      cycles(importGraph(tree, { types: true })).map((group) => group.join(" ↔ ")),
    ),
    composerBar(tree),
    bar("forms with muster:/", 0, formsOverHttp(tree)),
    bar("exported names in more than one file", 20, sharedNames(tree)),
  ];
}

function bar(name: string, limit: number, counted: string[]): Bar {
  return { name, limit, value: counted.length, offenders: counted.length > limit ? counted : [] };
}

function composerBar(tree: Tree): Bar {
  const lines = tree.modules.get(COMPOSER)?.lines;
  if (lines === undefined) throw new Error(`${COMPOSER} is missing: the bar for the composer has nothing to measure`);
  const limit = 80;
  return { name: "lines of control's composer", limit, value: lines, offenders: lines > limit ? [COMPOSER] : [] };
}

export function filesByFolder(tree: Tree): [folder: string, files: number][] {
  const counts = new Map<string, number>();
  for (const path of tree.paths) counts.set(folderOf(path), (counts.get(folderOf(path)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function crowdedFolders(tree: Tree): string[] {
  return filesByFolder(tree)
    .filter(([, files]) => files > FOLDER_LIMIT)
    .map(([folder, files]) => `${folder} (${files})`);
}

/**
 * Lists the tool forms that contain `muster:/`, because such a form would call the control process over HTTP. The
 * executor must call the control process through a socket instead.
 */
function formsOverHttp(tree: Tree): string[] {
  return tree.paths.filter((path) => path.startsWith("daemon/changes/") && path.endsWith(".yaml") && tree.text(path).includes("muster:/"));
}

/** Returns the names that more than one file exports, because such a name has two meanings. Only files of the product count. */
export function sharedNames(tree: Tree): string[] {
  const files = new Map<string, string[]>();
  for (const { path, exports } of tree.modules.values()) {
    if (!isProduct(path)) continue;
    for (const name of exports) files.set(name, [...(files.get(name) ?? []), path]);
  }
  return [...files]
    .filter(([name, paths]) => name !== "default" && paths.length > 1)
    .map(([name, paths]) => `${name} (${paths.join(", ")})`)
    .sort();
}
