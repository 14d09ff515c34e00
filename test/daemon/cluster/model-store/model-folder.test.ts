/** The list of stored models: good ones, and everything that only looks like one. */
import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { listModels, modelFile, modelsFolder, recordFile } from "../../../../daemon/cluster/model-store/model-folder.ts";
import { removeModel } from "../../../../daemon/cluster/model-store/remove-model.ts";
import { planStored } from "../../../../daemon/cluster/models/plan-stored.ts";
import { openNomad } from "../../../../daemon/cluster/nomad/nomad.ts";
import { smallGguf } from "../../../support/cluster/small-gguf.ts";
import { testStore, webServer } from "./model-store.ts";

const good = smallGguf();

test("without a folder, no model is stored", async (t) => {
  assert.deepEqual(await listModels(testStore(t).assets), []);
});

for (const [what, change, reason] of [
  ["a file that was copied into the folder", (_, record) => rmSync(record), /was never verified/],
  ["a record without its file", (file) => rmSync(file), /its file m.gguf is missing/],
  ["half a file", (file) => writeFileSync(file, good.subarray(0, 100)), /its file has 100 bytes instead of \d+/],
  [
    "a file with the same size that was changed later",
    (file) => {
      writeFileSync(file, smallGguf(7));
      utimesSync(file, 1, 1);
    },
    /its file was changed after it was verified/,
  ],
  ["a record that is no JSON", (_, record) => writeFileSync(record, '{"name":"m"'), /its record m.json is damaged/],
  ["a record without fields", (_, record) => writeFileSync(record, "{}"), /its record m.json is damaged/],
  ["an endless record", (_, record) => writeFileSync(record, " ".repeat(2_000_000)), /its record m.json is damaged/],
  [
    "a link in the place of the file",
    (file) => {
      renameSync(file, `${file}.real`);
      symlinkSync(`${file}.real`, file);
    },
    /m.gguf is not a regular file/,
  ],
] as [string, (file: string, record: string) => void, RegExp][]) {
  test(`${what} is shown as damaged, and no plan uses it`, async (t) => {
    const store = testStore(t);
    await store.add({ source: store.source("m.gguf", good) });
    change(modelFile(store.assets, "m"), recordFile(store.assets, "m"));
    const [found] = await listModels(store.assets);
    assert(found?.state === "damaged");
    assert.match(found.reason, reason);
    const message = `the stored model m is damaged: ${found.reason}`;
    assert.throws(() => planStored([found], [], "m", undefined), { code: "MODEL_INVALID", message });
  });
}

test("a record under the name of another model, and a name that is not allowed, are shown as damaged", async (t) => {
  const store = testStore(t);
  await store.add({ source: store.source("m.gguf", good) });
  for (const [from, to] of [modelFile, recordFile].map((path) => [path(store.assets, "m"), path(store.assets, "n")] as const))
    renameSync(from, to);
  mkdirSync(modelFile(store.assets, "UPPER"));
  writeFileSync(join(modelsFolder(store.assets), "notes.txt"), "not a model");
  const reasons = (await listModels(store.assets)).map((model) => `${model.name}: ${model.state === "damaged" && model.reason}`);
  assert.equal(reasons.length, 2);
  assert.match(reasons[0] ?? "", /^UPPER: its name must contain only/);
  assert.match(reasons[1] ?? "", /^n: its record n.json is of the model m$/);
});

const nomadWith = (jobs: Record<string, { Stop: boolean; source: string }>): Parameters<typeof webServer>[1] => {
  const entries = Object.entries(jobs).map(([ID, { Stop, source }]) => ({
    ID,
    Name: ID,
    Type: "service",
    Status: "running",
    Stop,
    JobModifyIndex: 1,
    TaskGroups: [{ Tasks: [{ Artifacts: [{ GetterSource: source }] }] }],
  }));
  return (request, response) => {
    const id = /^\/v1\/job\/([^?]+)/.exec(request.url ?? "")?.[1];
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(id ? entries.find(({ ID }) => ID === id) : entries));
  };
};

test("a model that a job fetches is removed only with --force, and the job is named", async (t) => {
  const store = testStore(t);
  await store.add({ source: store.source("m.gguf", good) });
  const jobs = {
    expert: { Stop: false, source: "http://10.0.0.1:8080/assets/models/m.gguf" },
    stopped: { Stop: true, source: "http://10.0.0.1:8080/assets/models/m.gguf" },
    another: { Stop: false, source: "http://10.0.0.1:8080/assets/models/mm.gguf" },
    longer: { Stop: false, source: "http://10.0.0.1:8080/assets/models/m-m.gguf" },
  };
  const nomad = openNomad({ url: await webServer(t, nomadWith(jobs)) });
  t.after(() => nomad.close());
  await assert.rejects(removeModel(store.assets, "m", { nomad, force: false }), { code: "MODEL_IN_USE", message: "m is used by expert" });
  assert.deepEqual(store.files(), ["m.gguf", "m.json"]);
  assert.deepEqual(await removeModel(store.assets, "m", { nomad, force: true }), ["expert"]);
  assert.deepEqual(store.files(), []);
});

test("a model stays if Nomad does not answer, except with --force", async (t) => {
  const store = testStore(t);
  await store.add({ source: store.source("m.gguf", good) });
  const nomad = openNomad({ url: "http://127.0.0.1:1" });
  t.after(() => nomad.close());
  await assert.rejects(removeModel(store.assets, "m", { nomad, force: false }), { message: /^Nomad does not say which jobs use m \(/ });
  await removeModel(store.assets, "m", { nomad, force: true });
  assert.deepEqual(store.files(), []);
});

test("only a file of the folder is removed, also a damaged one", async (t) => {
  const store = testStore(t);
  const outside = store.source("precious.gguf", good);
  mkdirSync(modelsFolder(store.assets), { recursive: true });
  writeFileSync(modelFile(store.assets, "half"), "x");
  const plain = { nomad: undefined, force: true };
  for (const name of ["m", "../../precious", "", "."])
    await assert.rejects(removeModel(store.assets, name, plain), { code: "MODEL_NOT_FOUND" });
  await removeModel(store.assets, "half", plain);
  assert.deepEqual(store.files(), []);
  assert((await store.add({ source: outside })).added);
});
