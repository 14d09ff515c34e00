/** Queries to a real SQLite database through the program of the executor, and queries that are refused before it starts. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { programRisk } from "../../../../daemon/changes/tools/programs.ts";
import { readOnly } from "../../../../daemon/executor/steps/database.ts";
import { scrubbed } from "../../../../daemon/executor/steps/local-command.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-sql-"));
const file = join(folder, "stock.db");
const secret = join(folder, "secret");

before(() => {
  const stock = new DatabaseSync(file);
  stock.exec(
    "CREATE TABLE stock (name, count); INSERT INTO stock VALUES ('bolts', 3), ('nuts', 5); CREATE VIEW few AS SELECT * FROM stock",
  );
  stock.close();
  writeFileSync(secret, "hunter2-hunter2");
});
after(() => rmSync(folder, { recursive: true }));

function ask(sql: string) {
  const { argv, env } = readOnly(["sqlite3", "-header", "-csv", file, sql], {}, 5);
  const [program = "", ...args] = argv;
  return spawnSync(program, args, { env: scrubbed(env), encoding: "utf8" });
}

test("a question is answered as CSV", () => {
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
  test(`${sql} changes nothing and fails`, () => {
    assert.notEqual(ask(sql).status, 0);
    assert.match(ask("SELECT count(*) FROM stock").stdout, /2/);
  });
}

for (const sql of [
  `select substr(data,1,3)||'~'||substr(data,4) from fsdir where path='PATH'`,
  `select hex(data) from "fsdir" where path='PATH'`,
  "with f as (select * from [fsdir]) select data from f where path='PATH'",
  "select f.data from main.FsDir as f where f.path='PATH'",
  "select data from `fsdir`, stock where path='PATH'",
  "select readfile('PATH')",
  "select data from zipfile where file='PATH'",
  "select name, sum(pgsize) from dbstat group by 1",
  "select data from sqlite_dbdata where schema='main'",
  "select * from pragma_module_list",
  "pragma journal_mode",
  "explain select * from fsdir('PATH')",
  "select fts3_tokenizer('simple')",
]) {
  test(`${sql} reaches nothing outside the tables of the file, and is no read`, () => {
    const statement = sql.replaceAll("PATH", secret);
    const { status, stdout, stderr } = ask(statement);
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /no such (table|function)|prohibited|not authorized/);
    if (/fsdir|zipfile|file|sqlite_|dbstat/i.test(sql))
      assert.notEqual(programRisk(["sqlite3", "-safe", "-readonly", "-json", file, statement]), "read");
  });
}

for (const [sql, rows] of [
  ["select name from few where count > 3", [{ name: "nuts" }]],
  ["with recursive n(i) as (select 1 union all select i + 1 from n where i < 3) select sum(i) as s from n", [{ s: 6 }]],
  ["select count(*) from sqlite_schema", [{ "count(*)": 2 }]],
  ["select key, value from json_each('{\"a\":1}')", [{ key: "a", value: 1 }]],
  ["select name from pragma_table_info('stock')", [{ name: "name" }, { name: "count" }]],
  ["pragma page_size", [{ page_size: 4096 }]],
  ["values (9007199254740993, x'00ff', null, 'a\"b')", [{ column1: 9007199254740992, column2: "00ff", column3: null, column4: 'a"b' }]],
  ["select name from stock where count > 9", []],
] as const) {
  test(`${sql} is answered as JSON`, () => {
    const { argv, env } = readOnly(["sqlite3", "-safe", "-readonly", "-json", file, sql], {}, 5);
    const [program = "", ...args] = argv;
    const { stdout, stderr } = spawnSync(program, args, { env: scrubbed(env), encoding: "utf8" });
    assert.equal(stderr, "");
    assert.deepEqual(JSON.parse(stdout), rows);
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
