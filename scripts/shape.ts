/**
 * Reports the shape of the tree: the length of files and functions, the imports, and the names that have two meanings.
 * After the report, the program checks the limits. The last line of the output is JSON. The exit code is 1 if a limit
 * is exceeded.
 * With `--bars`, the program checks only the limits and prints no report.
 */
import { join } from "node:path";
import { bars } from "./shape/bars.ts";
import { notes, table } from "./shape/report.ts";
import { readTree } from "./shape/tree.ts";

const root = join(import.meta.dirname, "..");
const tree = readTree(root);
const checked = bars(root, tree);
const broken = checked.filter(({ offenders }) => offenders.length > 0);

if (!process.argv.includes("--bars")) console.log([...table(tree), "", ...notes(tree), ""].join("\n"));
for (const { name, value, limit, offenders } of checked) {
  console.log(`${offenders.length > 0 ? "BROKEN" : "ok    "} ${name}: ${value} (at most ${limit})`);
  for (const offender of offenders) console.log(`         ${offender}`);
}
const values = Object.fromEntries(checked.map(({ name, value }) => [name, value]));
console.log(JSON.stringify({ broken: broken.map(({ name }) => name), ...values }));
process.exit(broken.length > 0 ? 1 : 0);
