/** Writes the text of the shape report: a table of the parts, and notes on files, functions, folders and names. */
import { filesByFolder, sharedNames } from "./bars.ts";
import { quantile, setFigures, sum } from "./figures.ts";
import { cycles, fanIn, importGraph, mutualFolders } from "./graph.ts";
import type { SourceModule } from "./source-module.ts";
import { isIn, isProduct, PRODUCT, type Tree } from "./tree.ts";

/** One row of the table: its name, the files that it counts, and the folder with the tests of these files. */
interface Row {
  name: string;
  holds: (path: string) => boolean;
  tests?: string;
}

const rows: Row[] = [
  { name: "product", holds: isProduct, tests: "test" },
  ...PRODUCT.map((part) => ({ name: part, holds: (path: string) => isIn(path, part), tests: `test/${part.replace("/src", "")}` })),
  { name: "scripts", holds: (path) => isIn(path, "scripts"), tests: "test/scripts" },
  { name: "test", holds: (path) => isIn(path, "test") },
];

const HEADINGS = ["set", "files", "median", "p95", "max", "> 300", "com/code", "test/source", "largest file"];

export function table(tree: Tree): string[] {
  const modules = [...tree.modules.values()];
  const linesBelow = (folder: string) => sum(modules.filter(({ path }) => isIn(path, folder)).map(({ lines }) => lines));
  const cells = rows
    .map(({ name, holds, tests }) => ({ name, tests, figures: setFigures(modules.filter(({ path }) => holds(path))) }))
    .filter(({ figures }) => figures.files > 0)
    .map(({ name, tests, figures }) => [
      name,
      String(figures.files),
      String(figures.median),
      String(figures.p95),
      String(figures.max),
      `${figures.over300.toFixed(0)} %`,
      figures.commentPerCode.toFixed(2),
      tests ? (linesBelow(tests) / figures.lines).toFixed(2) : "–",
      figures.largest,
    ]);
  const widths = HEADINGS.map((heading, column) => Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    row
      .map((cell, column) =>
        column === 0 || column === row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [line(HEADINGS), ...cells.map(line)];
}

const top = (entries: [string, number][], most: number): string =>
  entries
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

/**
 * Returns notes on figures of the product that are not in the table. Each note is one line with a figure, its spread
 * and the worst cases.
 */
export function notes(tree: Tree): string[] {
  const product = [...tree.modules.values()].filter(({ path }) => isProduct(path));
  const graph = importGraph(tree, { types: true });
  const fanOut = product.map(({ path }): [string, number] => [path, graph.get(path)?.length ?? 0]);
  const pairs = mutualFolders(graph).map(([one, other]) => `${one} ↔ ${other}`);
  const noHeader = [...tree.modules.values()].filter(({ hasHeader }) => !hasHeader).map(({ path }) => path);
  return [
    exportsNote(product),
    ...functionNotes(product),
    `fan-out: median ${quantile(
      fanOut.map(([, count]) => count),
      0.5,
    )}; ${top(fanOut, 5)}`,
    `fan-in: ${top(
      [...fanIn(importGraph(tree, { types: true }))].filter(([path]) => isProduct(path)),
      5,
    )}`,
    `import cycles: ${cycles(importGraph(tree, { types: false })).length} by value, ${cycles(graph).length} with types`,
    `folders that import each other: ${pairs.length}${pairs.length > 0 ? `; ${pairs.join(", ")}` : ""}`,
    `biggest folders: ${top(filesByFolder(tree), 8)}`,
    `files without a header comment: ${noHeader.length}${noHeader.length > 0 ? `; ${noHeader.slice(0, 10).join(", ")}` : ""}`,
    `exported names in more than one file: ${sharedNames(tree).length}`,
  ];
}

function exportsNote(modules: SourceModule[]): string {
  const counts = modules.map(({ path, exports }): [string, number] => [path, exports.length]);
  const values = counts.map(([, count]) => count);
  const mean = sum(values) / Math.max(1, values.length);
  return `exports a file: median ${quantile(values, 0.5)}, mean ${mean.toFixed(1)}; ${top(counts, 4)}`;
}

function functionNotes(modules: SourceModule[]): string[] {
  const functions = modules.flatMap(({ path, functions }) => functions.map((each) => ({ ...each, path })));
  const lengths = functions.map(({ lines }) => lines);
  const over = (limit: number) => lengths.filter((lines) => lines > limit).length;
  const longest = functions.map(({ name, path, lines }): [string, number] => [`${name} (${path})`, lines]);
  const wide = functions.filter(({ parameters }) => parameters >= 5).map(({ name, path }) => `${name} (${path})`);
  return [
    `functions: ${functions.length}; lines median ${quantile(lengths, 0.5)}, p95 ${quantile(lengths, 0.95)}; ` +
      `${over(40)} over 40, ${over(60)} over 60, ${over(80)} over 80`,
    `longest functions: ${top(longest, 6)}`,
    `functions with 5 or more parameters: ${wide.length}${wide.length > 0 ? `; ${wide.slice(0, 6).join(", ")}` : ""}`,
  ];
}
