/** A refused download skips tests without failing a run, another skip does not count as that, and a wrong hash is an error. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { REFUSED } from "../../../scripts/suite/cluster/parts.ts";
import { checkHash, download, RefusedDownload } from "../../../scripts/suite/cluster/refused-download.ts";
import type { Counts } from "../../../scripts/suite/run-files.ts";

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-refused-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("skips for refused downloads are counted apart from other skips", async (t) => {
  const folder = folderOf(t);
  const file = join(folder, "some.test.mjs");
  writeFileSync(
    file,
    `import { suite, test } from "node:test";
test("passes", () => {});
test("needs a download", { skip: "${REFUSED} of consul: 404" }, () => {});
suite("a suite that needs a download", { skip: "${REFUSED} of model: 404" }, () => {
  test("inside", () => {});
});
test("another reason", { skip: "not on this machine" }, () => {});
test("no reason", { skip: true }, () => {});
`,
  );
  // Node runs no tests inside of a test, so another process counts.
  const runner = join(import.meta.dirname, "../../../scripts/suite/run-files.ts");
  const program = join(folder, "count.mjs");
  writeFileSync(
    program,
    `import { runFiles } from ${JSON.stringify(runner)};
console.log(JSON.stringify(await runFiles([{ files: [${JSON.stringify(file)}], timeoutMs: 60000 }], 1, () => {})));`,
  );
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const output = execFileSync(process.execPath, [program], { encoding: "utf8", env });
  const counts = JSON.parse(output) as Counts;
  assert.deepEqual(counts, { passed: 1, failed: 0, skipped: 4, refused: 2 });
});

test("a program that cannot download gives the last line of its errors as the reason", async () => {
  const refused = (message: RegExp) => (error: Error) => error instanceof RefusedDownload && message.test(error.message);
  await assert.rejects(download("sh", ["-c", "echo one >&2; echo 'E: 404 Not Found' >&2; exit 100"]), refused(/^E: 404 Not Found$/));
  await assert.rejects(download("/nonexistent/apt-get", []), refused(/ENOENT/));
});

test("a file with another hash is an error and not a refusal", async (t) => {
  const file = join(folderOf(t), "file");
  writeFileSync(file, "abc");
  await checkHash(file, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  await assert.rejects(
    checkHash(file, "0".repeat(64)),
    (error: Error) => !(error instanceof RefusedDownload) && /has the sha256 ba7816bf/.test(error.message),
  );
});
