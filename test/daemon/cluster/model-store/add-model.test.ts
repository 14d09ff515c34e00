/** Adding models: what is stored, and what is refused without leaving a file behind. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { describe, test } from "node:test";
import { listModels, modelFile, modelsFolder } from "../../../../daemon/cluster/model-store/model-folder.ts";
import { nameFor } from "../../../../daemon/cluster/model-store/model-source.ts";
import { smallGguf } from "../../../support/cluster/small-gguf.ts";
import { sha256Of, testStore, webServer } from "./model-store.ts";

const good = smallGguf();
const other = smallGguf(1);

test("a file is stored with its hash, the time and what its header says", async (t) => {
  const store = testStore(t);
  const { model, added } = await store.add({ source: store.source("My_Model Q4.gguf", good) });
  assert(added);
  assert.equal(model.name, "my-model-q4");
  assert.equal(model.sha256, sha256Of(good));
  assert.equal(model.shape.layers, 2);
  assert.deepEqual(store.files(), ["my-model-q4.gguf", "my-model-q4.json"]);
  assert.deepEqual(readFileSync(modelFile(store.assets, "my-model-q4")), good);
  assert.deepEqual(await listModels(store.assets), [{ state: "stored", path: "/assets/models/my-model-q4.gguf", ...model }]);
});

test("a web address is stored with the progress, also after redirects to the same scheme", async (t) => {
  const store = testStore(t);
  const base = await webServer(t, (request, response) => {
    if (request.url === "/model.gguf") response.writeHead(200, { "content-length": good.length }).end(good);
    else response.writeHead(302, { location: "/model.gguf" }).end();
  });
  const seen: (number | undefined)[] = [];
  const progress = (bytes: number, of: number | undefined) => void seen.push(bytes, of);
  const { model } = await store.add({ source: `${base}/latest/Chat.gguf?token=secret`, sha256: sha256Of(good) }, { progress });
  assert.equal(model.name, "chat");
  assert.deepEqual(seen.slice(-2), [good.length, good.length]);
});

const halfOf: RequestListener = (_, response) => {
  response.writeHead(200, { "content-length": good.length });
  response.write(good.subarray(0, 100), () => response.destroy());
};
const sends =
  (content: Buffer | string, headers: Record<string, string | number> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(200, headers).end(content);
const redirectsTo =
  (location: string): RequestListener =>
  (_, response) =>
    void response.writeHead(302, { location }).end();

describe("a web address that is refused leaves nothing behind", () => {
  for (const [what, answer, more, reason] of [
    ["another content", sends(other), {}, /^the content of http:\S+ has the SHA-256 [0-9a-f]{64} instead of/],
    ["an error page", (_, response) => void response.writeHead(404).end("no"), {}, /answered 404 Not Found$/],
    ["a part of the content", (_, response) => void response.writeHead(206).end("no"), {}, /answered 206/],
    ["a connection that breaks", halfOf, {}, /stopped before its end/],
    ["a redirect to a file", redirectsTo("file:///etc/passwd"), {}, /redirects from http: to file:, which is not allowed/],
    ["a redirect to another scheme", redirectsTo("https://127.0.0.1:1/x"), {}, /redirects from http: to https:, which is not allowed/],
    ["a redirect without a place", (_, response) => void response.writeHead(301).end(), {}, /redirects without a valid address/],
    ["a redirect with a password", redirectsTo("http://me:pass@127.0.0.1:1/"), {}, /with a user name or a password/],
    ["an endless redirect", redirectsTo("/again"), {}, /redirects more than 5 times/],
    ["a stated length that is too large", sends(good, { "content-length": good.length }), { mostBytes: 100 }, /^--max-gb: /],
    ["a length that is too large and not stated", sends(good), { mostBytes: 100 }, /^--max-gb: /],
    ["a content without a model", sends("<html>"), { sha256: sha256Of(Buffer.from("<html>")) }, /^http:\S+ is not a GGUF file$/],
  ] as [string, RequestListener, object, RegExp][]) {
    test(what, async (t) => {
      const store = testStore(t);
      const source = `${await webServer(t, answer)}/m.gguf`;
      await assert.rejects(store.add({ source, sha256: sha256Of(good), ...more }), { message: reason });
      assert.deepEqual(store.files(), []);
    });
  }

  for (const [what, source, reason] of [
    ["no hash", "http://127.0.0.1:1/m.gguf", /^--sha256: is required/],
    ["a server that does not answer", "http://127.0.0.1:1/m.gguf", /cannot be fetched$/],
    ["FTP", "ftp://127.0.0.1/m.gguf", /only addresses with http or https/],
    ["a file as an address", "file:///etc/m.gguf", /only addresses with http or https/],
    ["a password", "http://me:pass@127.0.0.1/m.gguf", /^http:\/\/127.0.0.1\/m.gguf: an address with a user name/],
    ["an invalid address", "http://[::/m.gguf", /is not a web address/],
    ["no name", "http://127.0.0.1:1/", /^--name: no name can be derived/],
  ] as const) {
    test(what, async (t) => {
      const store = testStore(t);
      await assert.rejects(store.add({ source, ...(what !== "no hash" && { sha256: sha256Of(good) }) }), { message: reason });
      assert.deepEqual(store.files(), []);
    });
  }
});

test("a file that is refused leaves nothing behind", async (t) => {
  const store = testStore(t);
  mkdirSync(join(store.assets, "../folder.gguf"), { recursive: true });
  for (const [source, more, reason] of [
    [store.source("m.gguf", good), { sha256: sha256Of(other) }, /has the SHA-256/],
    [store.source("text.gguf", "hello, I am a text of some length"), {}, /is not a GGUF file/],
    [store.source("half.gguf", good.subarray(0, good.length - 200)), {}, /not copied as a whole/],
    [join(store.assets, "../folder.gguf"), {}, /is not a regular file/],
    [join(store.assets, "../missing.gguf"), {}, /cannot be read$/],
    ["/dev/zero", {}, /is not a regular file/],
    [store.source("large.gguf", good), { mostBytes: 10 }, /^--max-gb: /],
    [store.source("---.gguf", good), {}, /^--name: /],
  ] as const) {
    await assert.rejects(store.add({ source, ...more }), { message: reason }, source);
    assert.deepEqual(store.files(), [], source);
  }
});

test("the disk must have room for the whole model and 1 GB more, before and during the copy", async (t) => {
  const store = testStore(t);
  const source = store.source("m.gguf", good);
  await assert.rejects(store.add({ source }, { freeBytes: async () => 1e9 + good.length - 1 }), { code: "DISK_FULL" });
  assert.deepEqual(store.files(), []);
  await store.add({ source }, { freeBytes: async () => 1e9 + good.length });

  const large = Buffer.alloc(70_000_000);
  const base = await webServer(t, sends(large));
  const free = [2e9, 0.9e9];
  const adding = store.add({ source: `${base}/l.gguf`, sha256: sha256Of(large) }, { freeBytes: async () => free.shift() ?? 0 });
  await assert.rejects(adding, { code: "DISK_FULL", message: /it has 900 MB free, the model needs 0 MB, and 1000 MB must stay free/ });
  assert.deepEqual(store.files(), ["m.gguf", "m.json"]);
});

test("a stop in the middle of a download leaves nothing behind", async (t) => {
  const store = testStore(t);
  const base = await webServer(t, (_, response) => {
    response.writeHead(200, { "content-length": good.length });
    response.write(good.subarray(0, 50));
  });
  const stop = new AbortController();
  const adding = store.add({ source: `${base}/m.gguf`, sha256: sha256Of(good) }, { signal: stop.signal, progress: () => stop.abort() });
  await assert.rejects(adding, { name: "AbortError" });
  assert.deepEqual(store.files(), []);
});

test("the same content is stored once, and the answer says so", async (t) => {
  const store = testStore(t);
  const source = store.source("m.gguf", good);
  const { model } = await store.add({ source });
  let requests = 0;
  const base = await webServer(t, (_, response) => {
    requests++;
    response.end(good);
  });
  assert.deepEqual(await store.add({ source }), { model, added: false });
  assert.deepEqual(await store.add({ source, name: "m" }), { model, added: false });
  assert.deepEqual(await store.add({ source: store.source("copy.gguf", good) }), { model, added: false });
  assert.deepEqual(await store.add({ source: `${base}/x.gguf`, sha256: model.sha256 }), { model, added: false });
  assert.equal(requests, 0);
  await assert.rejects(store.add({ source, name: "n" }), { code: "MODEL_EXISTS", message: "the same content is already stored as m" });
  assert.deepEqual(store.files(), ["m.gguf", "m.json"]);
});

test("another content under the name of a stored model is refused", async (t) => {
  const store = testStore(t);
  await store.add({ source: store.source("m.gguf", good) });
  const refused = { code: "MODEL_EXISTS", message: "the name m belongs to another content" };
  await assert.rejects(store.add({ source: store.source("m.gguf", other) }), refused);
  await assert.rejects(store.add({ source: "http://127.0.0.1:1/m.gguf", sha256: sha256Of(other) }), refused);
  assert.deepEqual(readFileSync(modelFile(store.assets, "m")), good);
  assert.deepEqual(store.files(), ["m.gguf", "m.json"]);
});

test("a damaged model is replaced, also from its own file in the folder", async (t) => {
  const store = testStore(t);
  mkdirSync(modelsFolder(store.assets), { recursive: true });
  const copied = modelFile(store.assets, "m");
  writeFileSync(copied, good);
  assert((await store.add({ source: copied })).added);
  writeFileSync(copied, good.subarray(0, 100));
  assert((await store.add({ source: store.source("m.gguf", good) })).added);
  assert.equal((await listModels(store.assets))[0]?.state, "stored");
});

test("the next addition removes what a killed one left, and keeps what a running one writes", async (t) => {
  const store = testStore(t);
  mkdirSync(modelsFolder(store.assets), { recursive: true });
  for (const name of [".a.4194305.partial", ".a.4194305.partial.json", ".b.1.partial"])
    writeFileSync(join(modelsFolder(store.assets), name), "x");
  assert.deepEqual(
    (await listModels(store.assets)).map(({ name, state }) => `${name} ${state}`),
    ["a damaged", "b damaged"],
  );
  await store.add({ source: store.source("m.gguf", good) });
  assert.deepEqual(store.files(), [".b.1.partial", "m.gguf", "m.json"]);
});

test("names of files become names of models", () => {
  for (const [source, name] of [
    ["/a/Qwen2.5-1.5B-Instruct-Q4_K_M.gguf", "qwen2.5-1.5b-instruct-q4-k-m"],
    ["model", "model"],
    ["./..GGUF..gguf", "gguf"],
    ["https://h/x/y%20z.GGUF?download=1#f", "y-20z"],
    [`${"a".repeat(100)}.gguf`, "a".repeat(62)],
  ] as const)
    assert.equal(nameFor(source), name);
});
