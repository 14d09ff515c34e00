/**
 * Runs the tests in groups by the resources they need, and counts them. `test.ts net qemu` runs only the groups `net`
 * and `qemu`. The group `long` runs only if it is named.
 */
import { globSync } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { spec } from "node:test/reporters";
import { defaultCache, prepareAssets } from "./lab/assets.ts";
import { prepareClusterParts } from "./suite/cluster/prepare.ts";
import { type Batch, runFiles } from "./suite/run-files.ts";

const root = join(import.meta.dirname, "..");

interface Group {
  name: string;
  files: string[];
  /** The number of processes that run at the same time. Each machine or browser in a test needs a processor core. */
  concurrency: number;
  /**
   * The number of processes among which the files are divided. A file whose name ends with `.alone.test.ts` runs in a
   * process of its own.
   */
  sharedBy?: number;
  timeoutMs: number;
  /** The parts of the names of the files that take longest. These files begin first. */
  first?: string[];
  /** Prepares files once before the group runs, because otherwise each test would wait for the files. */
  prepare?: () => Promise<unknown>;
  onlyWhenAsked?: boolean;
}

const all = globSync("test/**/*.test.ts", { cwd: root }).sort();
const special = ["slow", "net", "cluster", "qemu", "web", "long"] as const;
const needing = (need: string) => all.filter((file) => file.endsWith(`.${need}.test.ts`));
let prepared: Promise<unknown> | undefined;
/** Prepares the boot files once, at a low priority. If that fails, the tests that need the files report the error. */
const prepare = () => {
  prepared ??=
    process.getuid?.() === 0
      ? prepareAssets(defaultCache, (line) => console.log(`   ${line}`), { aside: true }).catch(() => undefined)
      : Promise.resolve();
  return prepared;
};
let parts: Promise<void> | undefined;
/** Fetches the parts of the group `cluster` once. A file with a wrong hash fails the run. A refused download does not. */
const prepareParts = () => {
  parts ??= prepareClusterParts((line) => console.log(`   ${line}`)).catch((error: Error) => {
    console.error(`The group cluster cannot be prepared: ${error.message}`);
    counts.failed += 1;
  });
  return parts;
};
const groups: Group[] = [
  {
    name: "unit",
    files: all.filter((file) => !special.some((need) => file.endsWith(`.${need}.test.ts`))),
    // The number of processes is greater than the number of cores, because many tests mostly wait.
    concurrency: 3,
    sharedBy: 3,
    timeoutMs: 1_200_000,
  },
  // Each file of the group `slow` takes seconds, because it starts programs or tries every combination.
  { name: "slow", files: needing("slow"), concurrency: 4, sharedBy: 4, timeoutMs: 1_200_000 },
  // Each test of the group `net` has its own network namespaces and mostly waits.
  { name: "net", files: needing("net"), first: ["replay.net"], concurrency: 4, timeoutMs: 1_200_000 },
  // The group `cluster` starts Consul, llama.cpp and the stand-in for Nomad.
  {
    name: "cluster",
    files: needing("cluster"),
    concurrency: 2,
    timeoutMs: 1_800_000,
    prepare: prepareParts,
  },
  { name: "web", files: needing("web"), concurrency: 2, sharedBy: 2, timeoutMs: 1_800_000 },
  // QEMU runs at a low priority, and uses the processor while the other tests wait.
  {
    name: "qemu",
    files: needing("qemu"),
    first: ["chain.qemu"],
    concurrency: 2,
    timeoutMs: 3_600_000,
    prepare,
  },
  { name: "long", files: needing("long"), concurrency: 1, timeoutMs: 1_800_000, prepare, onlyWhenAsked: true },
];

// Many processes load the same files, so the first process compiles the files for all processes.
process.env.NODE_COMPILE_CACHE ??= join(root, ".cache/compiled");

const wanted = process.argv.slice(2);
const chosen = groups.filter(
  ({ name, files, onlyWhenAsked }) => files.length > 0 && (wanted.length === 0 ? !onlyWhenAsked : wanted.includes(name)),
);

const report = spec();
report.pipe(process.stdout, { end: false });
const counts = { passed: 0, failed: 0, skipped: 0, refused: 0 };
// Files are fetched and built while the earlier groups run.
for (const group of chosen) void group.prepare?.();
for (const group of chosen) await runGroup(group);
report.end();
await finished(report);
if (counts.refused > 0) console.log(`${counts.refused} tests were skipped because a download was refused. Their reasons name it.`);
if (process.env.CI && counts.skipped > counts.refused) {
  console.log("In CI no test may be skipped.");
  counts.failed += counts.skipped - counts.refused;
}
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);

async function runGroup(group: Group): Promise<void> {
  await group.prepare?.();
  const started = Date.now();
  console.log(`\n== ${group.name}: ${group.files.length} files`);
  const { passed, failed, skipped, refused } = await runFiles(batchesOf(group), group.concurrency, (event) => report.write(event));
  counts.passed += passed;
  counts.failed += failed;
  counts.skipped += skipped;
  counts.refused += refused;
  console.log(`== ${group.name} took ${Math.round((Date.now() - started) / 1000)} s: ${passed} passed, ${failed} failed`);
}

function batchesOf({ files, first = [], sharedBy = 0, timeoutMs }: Group): Batch[] {
  const rank = (file: string) => (first.some((name) => file.includes(name)) ? 0 : 1);
  const isAlone = (file: string) => sharedBy === 0 || file.endsWith(".alone.test.ts");
  const shared = files.filter((file) => !isAlone(file));
  const alone = files.filter(isAlone).toSorted((a, b) => rank(a) - rank(b));
  const batches = Array.from({ length: sharedBy }, (_, at) => shared.filter((_, index) => index % sharedBy === at));
  return [...batches, ...alone.map((file) => [file])].map((each) => ({
    files: each.map((file) => join(root, file)),
    timeoutMs,
  }));
}
