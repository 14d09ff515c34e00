/** Runs the tests by what they need, cheapest first, and counts them. `test.ts net qemu` runs only those; `long` only when asked for. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { defaultCache, prepareAssets } from "./lab/assets.ts";

const root = join(import.meta.dirname, "..");

interface Group {
  name: string;
  files: string[];
  /** Files at once: machines and browsers take a core each. */
  concurrency: number;
  timeoutMs: number;
  /** What its tests would otherwise each wait for. */
  prepare?: () => Promise<unknown>;
  /** What a later group needs and can be made meanwhile, because these mostly wait. */
  meanwhile?: () => Promise<unknown>;
  onlyWhenAsked?: boolean;
}

const all = globSync("test/**/*.test.ts", { cwd: root }).sort();
const special = ["net", "qemu", "web", "long"] as const;
const needing = (need: string) => all.filter((file) => file.endsWith(`.${need}.test.ts`));
let prepared: Promise<unknown> | undefined;
const prepare = () => {
  prepared ??=
    process.getuid?.() === 0 ? prepareAssets(defaultCache, (line) => console.log(`   ${line}`), { aside: true }) : Promise.resolve();
  return prepared;
};
const groups: Group[] = [
  {
    name: "unit",
    files: all.filter((file) => !special.some((need) => file.endsWith(`.${need}.test.ts`))),
    // More than there are cores: many only wait.
    concurrency: 3,
    timeoutMs: 120_000,
  },
  // Each has its own namespaces; most of their time they wait.
  { name: "net", files: needing("net"), concurrency: 3, timeoutMs: 600_000, meanwhile: prepare },
  { name: "web", files: needing("web"), concurrency: 2, timeoutMs: 300_000 },
  {
    name: "qemu",
    files: needing("qemu"),
    concurrency: 2,
    timeoutMs: 1_200_000,
    prepare,
  },
  { name: "long", files: needing("long"), concurrency: 1, timeoutMs: 1_200_000, prepare, onlyWhenAsked: true },
];

// Hundreds of processes load the same files: the first makes them ready for all.
process.env.NODE_COMPILE_CACHE ??= join(root, ".cache/compiled");

const wanted = process.argv.slice(2);
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const group of groups) {
  const isWanted = wanted.length === 0 ? !group.onlyWhenAsked : wanted.includes(group.name);
  if (group.files.length === 0 || !isWanted) continue;
  const started = Date.now();
  console.log(`\n== ${group.name}: ${group.files.length} files`);
  // Whether it failed is told where it is needed.
  if (wanted.length === 0) group.meanwhile?.().catch(() => undefined);
  await group.prepare?.();
  await runGroup(group);
  console.log(`== ${group.name} took ${Math.round((Date.now() - started) / 1000)} s`);
}
if (process.env.CI && counts.skipped > 0) {
  console.log("In CI nothing may be skipped.");
  counts.failed += counts.skipped;
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);

async function runGroup({ files, concurrency, timeoutMs }: Group): Promise<void> {
  const stream = run({ files: files.map((file) => join(root, file)), concurrency, timeout: timeoutMs });
  // Suites are not tests: only what has no children counts.
  stream.on("test:pass", ({ details, skip }) => {
    if (details.type === "suite") return;
    if (skip) counts.skipped += 1;
    else counts.passed += 1;
  });
  stream.on("test:fail", ({ details }) => {
    if (details.type !== "suite") counts.failed += 1;
  });
  const report = stream.compose(spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
}
