import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createDataDir, dataDir, locateDataDir } from "../../daemon/data-dir.ts";

test("the option comes before the variable, and the variable before the system's folder", () => {
  assert.equal(locateDataDir("/one", { MUSTER_DATA: "/two" }).root, "/one");
  assert.equal(locateDataDir(undefined, { MUSTER_DATA: "/two" }).root, "/two");
  assert.match(locateDataDir(undefined, {}).root, /^\/var\/lib\/muster$|\/\.muster$/);
});

test("the folder is closed to others, and the executor's to everybody else", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-data-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = dataDir(join(folder, "new"));
  createDataDir(data);
  assert.deepEqual([statSync(data.root).mode & 0o007, statSync(data.executor).mode & 0o077], [0, 0]);
});

test("a folder that cannot be made is named, with what to do", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-data-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "file"), "");
  assert.throws(() => createDataDir(dataDir(join(folder, "file"))), { code: "DATA_DIR_UNUSABLE", message: /file cannot be used/ });
});
