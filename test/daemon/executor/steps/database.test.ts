/** Queries to a real SQLite database through its own program, and queries that are refused before a program starts. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readOnly } from "../../../../daemon/executor/steps/database.ts";
import { scrubbed } from "../../../../daemon/executor/steps/local-command.ts";

const skip = existsSync("/usr/bin/sqlite3") ? false : "sqlite3 is not installed";
const folder = mkdtempSync(join(tmpdir(), "muster-sql-"));
const file = join(folder, "stock.db");

before(() => {
  if (!skip) execFileSync("sqlite3", [file, "CREATE TABLE stock (name, count); INSERT INTO stock VALUES ('bolts', 3), ('nuts', 5);"]);
});
after(() => rmSync(folder, { recursive: true }));

function ask(sql: string) {
  const { argv, env } = readOnly(["sqlite3", "-header", "-csv", file, sql], {}, 5);
  const [program = "", ...args] = argv;
  return spawnSync(program, args, { env: scrubbed(env), encoding: "utf8" });
}

test("a question is answered as CSV", { skip }, () => {
  assert.equal(ask("SELECT name, count FROM stock ORDER BY count").stdout.replaceAll("\r", ""), "name,count\nbolts,3\nnuts,5\n");
});

for (const sql of [
  "WITH x AS (SELECT 1) DELETE FROM stock",
  "WITH x AS (SELECT 1) INSERT INTO stock SELECT 'rust', 1",
  "SELECT writefile('/tmp/muster-sql-out', 'x')",
  "SELECT load_extension('/tmp/x')",
  "SELECT edit('x', 'id')",
  "PRAGMA user_version=7",
]) {
  test(`${sql} changes nothing and fails`, { skip }, () => {
    assert.notEqual(ask(sql).status, 0);
    assert.match(ask("SELECT count(*) FROM stock").stdout, /2/);
  });
}

for (const sql of [
  "DELETE FROM stock",
  "SELECT 1; DELETE FROM stock",
  ".shell id",
  "\\! id",
  "SELECT 1 \\gexec",
  "ATTACH '/etc/x' AS x",
  "-cmd",
]) {
  test(`${JSON.stringify(sql)} is no single question`, () => {
    assert.throws(() => readOnly(["sqlite3", file, sql], {}, 5), /not a query|semicolon or a backslash/);
  });
}

test("a file that is no database, or is not there, is refused", () => {
  writeFileSync(join(folder, "text"), "hello");
  assert.throws(() => readOnly(["sqlite3", join(folder, "text"), "SELECT 1"], {}, 5), /not an SQLite database/);
  assert.throws(() => readOnly(["sqlite3", join(folder, "none"), "SELECT 1"], {}, 5), /cannot be read/);
  assert.throws(() => readOnly(["sqlite3", "-init", "SELECT 1"], {}, 5), /not an absolute path/);
});

test("PostgreSQL is asked in a transaction that cannot write, whatever the form says of it", () => {
  const { env } = readOnly(["psql", "--command=SELECT 1"], { PGOPTIONS: "-c default_transaction_read_only=off", PGPASSWORD: "x" }, 7);
  assert.equal(env.PGOPTIONS, "-c default_transaction_read_only=on -c statement_timeout=7000");
  assert.equal(env.PGPASSWORD, "x");
});

test("another program than the databases' own is refused", () => {
  assert.throws(() => readOnly(["sh", "-c", "id"], {}, 5), /not a supported database program/);
});
