/** Voters written on the control node: by several people at once, and on record before and after. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Worker } from "node:worker_threads";
import { AuditLog } from "../../../daemon/audit/log.ts";
import { createDataDir, type DataDir, dataDir } from "../../../daemon/data-dir.ts";
import { addVoter, listVoters, removeVoter } from "../../../daemon/local/voters-local.ts";
import { openStores } from "../../../daemon/store/stores.ts";
import { keyOf } from "../changes/votes/question.ts";

function place(t: TestContext): DataDir {
  const folder = mkdtempSync(join(tmpdir(), "muster-voters-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = dataDir(join(folder, "data"));
  createDataDir(data);
  openStores(data.database).db.close();
  return data;
}

function records(data: DataDir): string[] {
  const { db } = openStores(data.database);
  try {
    const list = new AuditLog(db).list().toReversed();
    return list.map(({ action, result }) => (result === undefined ? action : `${action} ${result}`));
  } finally {
    db.close();
  }
}

const wish = (name: string) => ({ name, role: "operator" as const, publicKey: keyOf(name).publicKey });
const module = join(import.meta.dirname, "../../../daemon/local/voters-local.ts");
/** Begins when all are there. */
const adding = `
  const { workerData: { module, data, wishes, gate, all } } = require("node:worker_threads");
  import(module).then(({ addVoter }) => {
    if (Atomics.add(gate, 0, 1) + 1 === all) Atomics.notify(gate, 0);
    for (let seen; (seen = Atomics.load(gate, 0)) < all; ) Atomics.wait(gate, 0, seen, 50);
    for (const wish of wishes) addVoter(data, wish);
  });`;

test("of voters who are added at the same time none is lost", async (t) => {
  const data = place(t);
  const people = ["a", "b", "c"].map((who) => [1, 2, 3, 4].map((each) => wish(`${who}${each}`)));
  const gate = new Int32Array(new SharedArrayBuffer(4));
  await Promise.all(
    people.map(async (wishes) => {
      const worker = new Worker(adding, { eval: true, workerData: { module, data, wishes, gate, all: people.length } });
      const [code] = await once(worker, "exit");
      assert.equal(code, 0);
    }),
  );
  const names = listVoters(data).map(({ name }) => name);
  assert.deepEqual(
    names.toSorted(),
    people.flat().map(({ name }) => name),
  );
});

test("what is to be changed is on record before the list is written, and stays so where it cannot be", (t) => {
  const data = place(t);
  addVoter(data, wish("bea"));
  removeVoter(data, "bea");
  assert.deepEqual(records(data), ["intent done", "voter-added done", "intent done", "voter-removed done"]);
  // What fails only when everything is to be kept, after the list was written: as a disk that is full just then.
  const { db } = openStores(data.database);
  db.exec("CREATE TABLE unkept (node TEXT REFERENCES nodes (id) DEFERRABLE INITIALLY DEFERRED)");
  db.exec("CREATE TRIGGER full AFTER INSERT ON audit WHEN new.action = 'voter-added' BEGIN INSERT INTO unkept VALUES ('none'); END");
  db.close();
  assert.throws(() => addVoter(data, wish("cem")), /FOREIGN KEY/);
  assert.deepEqual(
    listVoters(data).map(({ name }) => name),
    ["cem"],
  );
  assert.deepEqual(records(data).slice(4), ["intent unknown"]);
});
