/** A backup that was made while the daemon worked is put in the place of the data folder, and the daemon goes on with it. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createDataDir, dataDir } from "../../../daemon/data-dir.ts";
import { verifyLocally } from "../../../daemon/local/audit-local.ts";
import { backup } from "../../../daemon/local/backup.ts";
import { openDatabase, openReadOnly } from "../../../daemon/store/database.ts";
import { newFolder, startMuster } from "../../support/processes/running-daemon.ts";
import { until } from "../../support/until.ts";

test("a backup of a running daemon holds the newest change, and a daemon starts with it", async (t) => {
  const folder = newFolder(t);
  const daemon = startMuster(t, { folder });
  const key = await daemon.firstKey();
  const client = await daemon.client(key);
  await until("the executor has started", async () => (await client.status()).executor === "connected");
  const { id } = await client.createToken({ uses: 7 });
  const events = (await client.listEvents({})).map(({ seq }) => seq);
  const copy = join(folder, "copy");
  assert.deepEqual(backup(daemon.data, copy).slice(0, 3), ["muster.db", "audit", "executor"]);
  assert.equal(statSync(copy).mode & 0o077, 0);
  await client.createToken({ uses: 8 });
  await daemon.stop();

  // The old data folder is lost, and the operator puts the copy in its place.
  rmSync(daemon.data.root, { recursive: true });
  cpSync(copy, daemon.data.root, { recursive: true });
  const again = startMuster(t, { folder });
  const restored = await again.client(key);
  assert.deepEqual(
    (await restored.listTokens()).map((token) => token.id),
    [id],
  );
  const after = new Set((await restored.listEvents({})).map(({ seq }) => seq));
  assert.ok(events.every((seq) => after.has(seq)));
  assert.deepEqual(
    verifyLocally({ data: daemon.data.root }).findings.filter(({ kind }) => kind !== "unsigned"),
    [],
  );
  await until("the executor works with its old SSH key", async () => (await restored.status()).executor === "connected");
});

test("a transaction that only the write-ahead log holds is in the copy; sockets and running executions are not", (t) => {
  const folder = newFolder(t);
  const data = dataDir(join(folder, "data"));
  createDataDir(data);
  const db = openDatabase(data.database);
  t.after(() => db.close());
  db.prepare("INSERT INTO events (at, source, type, summary) VALUES ('2026-01-01T00:00:00.000Z', 'control', 'test', 'newest')").run();
  for (const name of ["executions", "cp", "secrets"]) {
    mkdirSync(join(data.executor, name));
    writeFileSync(join(data.executor, name, "file"), "");
  }
  for (const name of ["id_ed25519", "voters.yaml", "executions.ledger"]) writeFileSync(join(data.executor, name), name);
  backup(data, join(folder, "copy"));
  const copy = dataDir(join(folder, "copy"));
  const copied = openReadOnly(copy.database);
  assert.deepEqual(copied.prepare("SELECT summary FROM events").pluck().all(), ["newest"]);
  copied.close();
  assert.deepEqual(readdirSync(copy.executor).sort(), ["executions.ledger", "id_ed25519", "secrets", "voters.yaml"]);
});

test("a backup is whole or absent: an existing folder, a damaged database and a place that does not exist are refused", (t) => {
  const folder = newFolder(t);
  const data = dataDir(join(folder, "data"));
  createDataDir(data);
  assert.throws(() => backup(data, join(folder, "copy")), /there is no database/);
  openDatabase(data.database).close();
  mkdirSync(join(folder, "old"));
  assert.throws(() => backup(data, join(folder, "old")), /exists already/);
  writeFileSync(join(folder, "file"), "");
  assert.throws(() => backup(data, join(folder, "file/copy")), /not complete/);
  writeFileSync(data.database, "rubbish".repeat(1000));
  assert.throws(() => backup(data, join(folder, "copy")), /not complete: .*is damaged/);
  assert.ok(!existsSync(join(folder, "copy")) && !existsSync(join(folder, "copy.partial")));
});
