/**
 * Runs the tests in groups by the resources they need, cheapest first, and counts them. `test.ts net qemu`
 * runs only these groups. `long` runs only when requested.
 */
import { globSync } from "node:fs";
import { join } from "node:path";
import { defaultCache, prepareAssets } from "./lab/assets.ts";
import { type Batch, runFiles } from "./suite/run-files.ts";

const root = join(import.meta.dirname, "..");

interface Group {
  name: string;
  files: string[];
  /** Number of processes that run at once. Machines and browsers need a core each. */
  concurrency: number;
  /** Number of processes that share the files. A file named `.alone.test.ts` gets its own process. */
  sharedBy?: number;
  timeoutMs: number;
  /** Prepares once what each test of the group would otherwise wait for. */
  prepare?: () => Promise<unknown>;
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
    // More than the number of cores, because many tests only wait.
    concurrency: 3,
    sharedBy: 3,
    timeoutMs: 1_200_000,
  },
  // Each test has its own namespaces and mostly waits.
  { name: "net", files: needing("net"), concurrency: 3, timeoutMs: 1_200_000 },
  { name: "web", files: needing("web"), concurrency: 2, sharedBy: 2, timeoutMs: 1_800_000 },
  { name: "qemu", files: needing("qemu"), concurrency: 2, timeoutMs: 1_800_000, prepare },
  { name: "long", files: needing("long"), concurrency: 1, timeoutMs: 1_800_000, prepare, onlyWhenAsked: true },
];

// Many processes load the same files. The first one compiles them for all.
process.env.NODE_COMPILE_CACHE ??= join(root, ".cache/compiled");

const wanted = process.argv.slice(2);
const chosen = groups.filter(
  ({ name, files, onlyWhenAsked }) => files.length > 0 && (wanted.length === 0 ? !onlyWhenAsked : wanted.includes(name)),
);
// A later group needs the boot files. They are made while the tests before it wait. A failure is reported where they are needed.
chosen
  .find((group) => group.prepare)
  ?.prepare?.()
  .catch(() => undefined);

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const group of chosen) {
  const started = Date.now();
  console.log(`\n== ${group.name}: ${group.files.length} files`);
  await group.prepare?.();
  const { passed, failed, skipped } = await runFiles(batchesOf(group), group.concurrency);
  counts.passed += passed;
  counts.failed += failed;
  counts.skipped += skipped;
  console.log(`== ${group.name} took ${Math.round((Date.now() - started) / 1000)} s`);
}
if (process.env.CI && counts.skipped > 0) {
  console.log("In CI no test may be skipped.");
  counts.failed += counts.skipped;
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);

function batchesOf({ files, sharedBy = 0, timeoutMs }: Group): Batch[] {
  const isAlone = (file: string) => sharedBy === 0 || file.endsWith(".alone.test.ts");
  const shared = files.filter((file) => !isAlone(file));
  const batches = Array.from({ length: sharedBy }, (_, at) => shared.filter((_, index) => index % sharedBy === at));
  return [...batches, ...files.filter(isAlone).map((file) => [file])].map((each) => ({
    files: each.map((file) => join(root, file)),
    timeoutMs,
  }));
}
