/** Changes of the list of voters: by several people at once, and recorded before and after. */
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

const requestOf = (name: string) => ({ name, role: "operator" as const, publicKey: keyOf(name).publicKey });
const module = join(import.meta.dirname, "../../../daemon/local/voters-local.ts");
/** Starts when all processes are ready. */
const adding = `
  const { workerData: { module, data, requests, gate, all } } = require("node:worker_threads");
  import(module).then(({ addVoter }) => {
    if (Atomics.add(gate, 0, 1) + 1 === all) Atomics.notify(gate, 0);
    for (let seen; (seen = Atomics.load(gate, 0)) < all; ) Atomics.wait(gate, 0, seen, 50);
    for (const request of requests) addVoter(data, request);
  });`;

test("voters that are added at the same time are all kept", async (t) => {
  const data = place(t);
  const people = ["a", "b", "c"].map((who) => [1, 2, 3, 4].map((each) => requestOf(`${who}${each}`)));
  const gate = new Int32Array(new SharedArrayBuffer(4));
  await Promise.all(
    people.map(async (requests) => {
      const worker = new Worker(adding, { eval: true, workerData: { module, data, requests, gate, all: people.length } });
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

test("a change is recorded before the list is written, and the record stays if the write fails", (t) => {
  const data = place(t);
  addVoter(data, requestOf("bea"));
  removeVoter(data, "bea");
  assert.deepEqual(records(data), ["intent done", "voter-added done", "intent done", "voter-removed done"]);
  // Fails only at the commit, after the list was written, like a disk that becomes full at that moment.
  const { db } = openStores(data.database);
  db.exec("CREATE TABLE unkept (node TEXT REFERENCES nodes (id) DEFERRABLE INITIALLY DEFERRED)");
  db.exec("CREATE TRIGGER full AFTER INSERT ON audit WHEN new.action = 'voter-added' BEGIN INSERT INTO unkept VALUES ('none'); END");
  db.close();
  assert.throws(() => addVoter(data, requestOf("cem")), /FOREIGN KEY/);
  assert.deepEqual(
    listVoters(data).map(({ name }) => name),
    ["cem"],
  );
  assert.deepEqual(records(data).slice(4), ["intent unknown"]);
});
