/** Damage that a crash or a bad disk leaves in the data folder is named before a process starts. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import { failureIn } from "../../../../daemon/api/errors.ts";
import { createDataDir, type DataDir, dataDir } from "../../../../daemon/data-dir.ts";
import { createKey } from "../../../../daemon/local/create-key.ts";
import { checkDatabase, setAsideLostDatabase } from "../../../../daemon/processes/start/database.ts";
import { openDatabase, openReadOnly } from "../../../../daemon/store/database.ts";

/** A data folder whose database has content of about 400 kB. */
function place(t: TestContext): DataDir {
  const folder = mkdtempSync(join(tmpdir(), "muster-start-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = dataDir(join(folder, "data"));
  createDataDir(data);
  const db = openDatabase(data.database);
  const add = db.prepare("INSERT INTO events (at, source, type, summary) VALUES ('2026-01-01T00:00:00.000Z', 'control', 'test', ?)");
  db.transaction(() => {
    for (let count = 0; count < 1000; count++) add.run("x".repeat(300));
  })();
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
  return data;
}

function overwrite(file: string, from: number, bytes: Buffer): void {
  const content = readFileSync(file);
  bytes.copy(content, from);
  writeFileSync(file, content);
}

test("a whole database is accepted, also with rubbish in its write-ahead log", (t) => {
  const data = place(t);
  assert.equal(checkDatabase(data), data.database);
  writeFileSync(`${data.database}-wal`, randomBytes(9000));
  assert.equal(checkDatabase(data), data.database);
});

const damages: [string, (file: string) => void][] = [
  ["rubbish in the middle", (file) => overwrite(file, 128 * 1024, randomBytes(64 * 1024))],
  ["a page of zeros", (file) => overwrite(file, 160 * 1024, Buffer.alloc(4096))],
  ["an overwritten header", (file) => overwrite(file, 0, randomBytes(100))],
  ["an end that is missing", (file) => truncateSync(file, 20_000)],
  ["half of it missing", (file) => truncateSync(file, readFileSync(file).length / 2)],
  ["a text in its place", (file) => writeFileSync(file, "restored by mistake\n".repeat(500))],
];
for (const [what, damage] of damages)
  test(`a database with ${what} is refused by its name`, (t) => {
    const data = place(t);
    damage(data.database);
    assert.throws(() => checkDatabase(data), { code: "DATABASE_DAMAGED", message: new RegExp(`${data.database} is damaged`) });
  });

test("a process that opens such a file names it, and the API calls the damage by its name", (t) => {
  const data = place(t);
  overwrite(data.database, 0, randomBytes(100));
  assert.throws(() => openDatabase(data.database), { code: "DATABASE_DAMAGED", message: `${data.database} is damaged` });
  const other = place(t);
  overwrite(other.database, 128 * 1024, randomBytes(64 * 1024));
  const db = openReadOnly(other.database);
  t.after(() => db.close());
  assert.throws(
    () => db.prepare("SELECT * FROM events ORDER BY seq").all(),
    (error) => failureIn(error).code === "DATABASE_DAMAGED",
  );
});

const traces: [string, (data: DataDir) => void][] = [
  [
    "the audit's checkpoints",
    ({ audit }) => {
      mkdirSync(join(audit, "checkpoints"), { recursive: true });
      writeFileSync(join(audit, "checkpoints/2026-01-01"), "note");
    },
  ],
  ["the executor's ledger", ({ executor }) => writeFileSync(join(executor, "executions.ledger"), '{"executionId":"…"}\n')],
];
const losses: [string, (file: string) => void][] = [
  ["of 0 bytes", (file) => truncateSync(file, 0)],
  ["that is missing", (file) => rmSync(file)],
  [
    "without tables",
    (file) => {
      rmSync(file);
      const db = new Database(file);
      db.pragma("journal_mode = WAL");
      db.close();
    },
  ],
];

for (const [trace, leave] of traces)
  for (const [loss, lose] of losses)
    test(`a database ${loss} is refused while ${trace} show that there was more`, (t) => {
      const data = place(t);
      lose(data.database);
      assert.match(checkDatabase(data), /created at the first start/);
      leave(data);
      assert.throws(() => checkDatabase(data), { code: "DATABASE_LOST", message: /was used before/ });
      assert.throws(() => createKey(data, { name: "new", role: "admin" }), /was used before|there is no database/);
    });

test("to begin again, the old files are set aside; a database with content is never set aside", (t) => {
  const data = place(t);
  for (const [, leave] of traces) leave(data);
  assert.throws(() => setAsideLostDatabase(data, new Date()), { code: "REQUEST_INVALID", message: /is not empty/ });
  truncateSync(data.database, 0);
  setAsideLostDatabase(data, new Date("2026-02-03T04:05:06Z"));
  assert.match(checkDatabase(data), /created at the first start/);
  const aside = join(data.root, "before-2026-02-03T04-05-06.000Z");
  assert.ok(["checkpoints", "executions.ledger", "muster.db"].every((name) => readdirSync(aside).includes(name)));
  setAsideLostDatabase(data, new Date("2026-03-03T04:05:06Z"));
  assert.ok(!existsSync(join(data.root, "before-2026-03-03T04-05-06.000Z")));
});
