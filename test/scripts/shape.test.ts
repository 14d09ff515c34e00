/** Figures and bars of the shape report, on small files made for the purpose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedNames } from "../../scripts/shape/bars.ts";
import { quantile } from "../../scripts/shape/figures.ts";
import { cycles, importGraph, mutualFolders } from "../../scripts/shape/graph.ts";
import { parseModule } from "../../scripts/shape/source-module.ts";
import type { Tree } from "../../scripts/shape/tree.ts";

function treeOf(files: Record<string, string>): Tree {
  const modules = new Map(Object.entries(files).map(([path, source]) => [path, parseModule(path, source)]));
  return { paths: Object.keys(files), modules, text: (path) => files[path] ?? "" };
}

test("lines with code, comment lines and the header are counted apart", () => {
  const source = "/** Header. */\n\nconst one = 1; // a reason\n/*\n * two lines\n */\nconst two = 2;\n";
  const { lines, codeLines, commentLines, hasHeader } = parseModule("a.ts", source);
  assert.deepEqual({ lines, codeLines, commentLines, hasHeader }, { lines: 7, codeLines: 2, commentLines: 4, hasHeader: true });
});

test("functions are measured with the name of what holds them", () => {
  const source = "export const add = (a: number, b: number) =>\n  a + b;\nclass Sum {\n  of(all: number[]) {\n    return all;\n  }\n}\n";
  assert.deepEqual(parseModule("a.ts", source).functions, [
    { name: "add", line: 1, lines: 2, parameters: 2 },
    { name: "of", line: 4, lines: 3, parameters: 1 },
  ]);
});

test("imports of types alone are kept apart, and a re-export is no name of the file", () => {
  const source = 'import type { A } from "./a.ts";\nimport { b } from "./b.ts";\nexport { c } from "../c.ts";\nexport const d = b as A;\n';
  const { imports, typeImports, exports } = parseModule("x/y/file.ts", source);
  assert.deepEqual({ imports, typeImports, exports }, { imports: ["x/y/b.ts", "x/c.ts"], typeImports: ["x/y/a.ts"], exports: ["d"] });
});

test("a cycle that a type closes is found only where types count", () => {
  const tree = treeOf({
    "pxe/one.ts": 'import { two } from "./two.ts";\nexport const one = two;\n',
    "pxe/two.ts": 'import { three } from "./in/three.ts";\nexport const two = three;\n',
    "pxe/in/three.ts": 'import type { one } from "../one.ts";\nexport const three = 3 as unknown as typeof one;\n',
    "pxe/alone.ts": 'import { one } from "./one.ts";\nexport const alone = one;\n',
  });
  assert.deepEqual(cycles(importGraph(tree, { types: false })), []);
  assert.deepEqual(cycles(importGraph(tree, { types: true })), [["pxe/in/three.ts", "pxe/one.ts", "pxe/two.ts"]]);
});

test("folders that import each other are a pair, a folder and its sub-folder are not", () => {
  const graph = new Map([
    ["a/one.ts", ["b/two.ts", "a/in/four.ts"]],
    ["b/two.ts", ["a/three.ts"]],
    ["a/in/four.ts", ["a/three.ts"]],
  ]);
  assert.deepEqual(mutualFolders(graph), [["a", "b"]]);
});

test("a name that two files of the product export is shared, a script's name is not", () => {
  const tree = treeOf({
    "pxe/one.ts": "export type Lease = 1;\nexport const one = 1;\n",
    "daemon/two.ts": "export type Lease = 2;\n",
    "scripts/three.ts": "export const one = 3;\n",
  });
  assert.deepEqual(sharedNames(tree), ["Lease (pxe/one.ts, daemon/two.ts)"]);
});

test("a quantile is a value of the list, and 0 without values", () => {
  assert.equal(quantile([9, 1, 5, 3], 0.5), 5);
  assert.equal(quantile([], 0.95), 0);
});
