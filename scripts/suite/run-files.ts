/** Runs test files in several processes at once. Reports the events of each file together, and counts all tests. */
import { once } from "node:events";
import { join, relative } from "node:path";
import { run } from "node:test";
import type { TestEvent } from "node:test/reporters";
import { REFUSED } from "./cluster/parts.ts";

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** The part of the skipped tests that need a file whose download was refused. */
  refused: number;
}

export interface Batch {
  /** The test files that one process runs. */
  files: string[];
  timeoutMs: number;
}

const inOneProcess = join(import.meta.dirname, "in-one-process.ts");

export async function runFiles(batches: readonly Batch[], concurrency: number, report: (event: TestEvent) => void): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, refused: 0 };
  const left = [...batches];
  const worker = async () => {
    for (let batch = left.shift(); batch; batch = left.shift()) await runBatch(batch, counts, report);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return counts;
}

async function runBatch({ files, timeoutMs }: Batch, counts: Counts, report: (event: TestEvent) => void): Promise<void> {
  const [first = ""] = files;
  const stream = run({ ...(files.length === 1 ? { files: [first] } : { files: [inOneProcess], argv: files }), timeout: timeoutMs });
  // Several processes report at the same time, but the events of one file must be printed together.
  let held: TestEvent[] = [];
  const missing = new Set(files.length === 1 ? [] : files.map((file) => relative(process.cwd(), file)));
  const hold = (event: TestEvent) => {
    // Skips the totals of each process, because this module computes the totals of all processes.
    if (
      event.type === "test:summary" ||
      (event.type === "test:diagnostic" && /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(event.data.message))
    )
      return;
    held.push(event);
    if ((event.type !== "test:pass" && event.type !== "test:fail") || event.data.nesting > 0) return;
    missing.delete(event.data.name);
    for (const each of held) report(each);
    held = [];
  };
  stream.on("data", (event: TestEvent) => {
    count(event, counts);
    hold(event);
  });
  await once(stream, "end");
  for (const each of held) report(each);
  if (missing.size > 0) console.error(`A process ended before it reported these files:\n  ${[...missing].join("\n  ")}`);
  counts.failed += missing.size;
}

/** Counts tests. A suite counts only if it is skipped, or failed by itself, for example because its file cannot be imported. */
function count(event: TestEvent, counts: Counts): void {
  if (event.type === "test:fail") {
    const { type, error } = event.data.details;
    if (type !== "suite" || (error as { failureType?: string }).failureType !== "subtestsFailed") counts.failed += 1;
  } else if (event.type === "test:pass") {
    const { skip } = event.data;
    // The tests of a skipped suite do not report, so the suite counts as one skipped test.
    if (event.data.details.type === "suite" && !skip) return;
    if (skip) counts.skipped += 1;
    else counts.passed += 1;
    if (typeof skip === "string" && skip.startsWith(REFUSED)) counts.refused += 1;
  }
}
