import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createDataDir, dataDir, locateDataDir, openEntries } from "../../daemon/data-dir.ts";

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

test("what an earlier version left open to others is closed; the folder itself, the inventory and the assets stay as they are", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-data-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = dataDir(join(folder, "old"));
  const folders = [data.root, data.jobs, data.captures, data.audit, data.assets, data.executor];
  const files = [data.database, `${data.database}-wal`, `${data.database}-shm`, data.knownHosts, data.todo, data.inventory];
  for (const each of folders) mkdirSync(each, { recursive: true });
  for (const each of files) writeFileSync(each, "");
  for (const each of folders) chmodSync(each, 0o755);
  for (const each of files) chmodSync(each, 0o644);
  const mode = (path: string) => statSync(path).mode & 0o777;
  createDataDir(data);
  assert.deepEqual([data.jobs, data.captures, data.audit].map(mode), [0o750, 0o750, 0o750]);
  assert.deepEqual(files.slice(0, 5).map(mode), [0o640, 0o640, 0o640, 0o640, 0o640]);
  assert.deepEqual([mode(data.root), mode(data.inventory), mode(data.assets), mode(data.executor)], [0o755, 0o644, 0o755, 0o700]);
  assert.deepEqual(openEntries(data), [data.root]);
});
