/** Copies of checkpoints at a webhook and in Consul's key-value store. A server of this test simulates both. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { consulCopy, type SignedCopy, webhookCopy } from "../../../daemon/audit/copies.ts";
import { openNote, signNote } from "../../../daemon/audit/note.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");

function signed(size: number, root = "a".repeat(64), origin = "muster-audit/1"): SignedCopy {
  const checkpoint = { origin, size, root };
  return { ...checkpoint, note: signNote(checkpoint, privateKey, publicKey) };
}

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function body(request: Parameters<RequestListener>[0]): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

/** One key of Consul's store, as its documentation describes reading and `?cas=`. */
async function consul(t: TestContext, overtakenBy?: string) {
  const store = { index: 0, value: "", tokens: new Set<unknown>() };
  const url = await serve(t, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://consul");
    assert.equal(pathname, "/v1/kv/muster/audit/checkpoint");
    store.tokens.add(request.headers["x-consul-token"]);
    if (request.method === "GET") {
      response.statusCode = store.index === 0 ? 404 : 200;
      response.end(
        store.index === 0 ? "" : JSON.stringify([{ ModifyIndex: store.index, Value: Buffer.from(store.value).toString("base64") }]),
      );
      if (overtakenBy !== undefined) Object.assign(store, { index: store.index + 1, value: overtakenBy });
      return;
    }
    const value = await body(request);
    const taken = Number(searchParams.get("cas")) === store.index;
    if (taken) Object.assign(store, { index: store.index + 1, value });
    response.end(String(taken));
  });
  return { store, copy: consulCopy({ url, key: "muster/audit/checkpoint", token: "secret", publicKey }) };
}

test("a webhook gets the checkpoint and its note", async (t) => {
  const got: unknown[] = [];
  const url = await serve(t, async (request, response) => {
    got.push(JSON.parse(await body(request)));
    response.end();
  });
  await webhookCopy(url)(signed(7));
  assert.deepEqual(got, [{ type: "audit.checkpoint", ...signed(7) }]);
});

test("a webhook that refuses a checkpoint is reported", async (t) => {
  const url = await serve(t, (_, response) => response.writeHead(503).end());
  await assert.rejects(webhookCopy(url)(signed(7)), /the webhook answered 503/);
});

test("Consul gets the first checkpoint and each that follows it, with the token", async (t) => {
  const { store, copy } = await consul(t);
  await copy(signed(3));
  await copy(signed(9));
  assert.equal(openNote(store.value, publicKey)?.size, 9);
  assert.deepEqual([...store.tokens], ["secret"]);
});

for (const status of [301, 302, 303, 307, 308])
  test(`the token does not follow a redirect with the status ${status}`, async (t) => {
    const seen: unknown[] = [];
    const elsewhere = await serve(t, (request, response) => {
      seen.push(request.headers["x-consul-token"]);
      response.writeHead(404).end();
    });
    const redirecting = await serve(t, (request, response) => {
      response.writeHead(status, { location: `${elsewhere}${request.url}` }).end();
    });
    const writing = await serve(t, (request, response) => {
      if (request.method === "GET") response.writeHead(404).end();
      else response.writeHead(status, { location: `${elsewhere}${request.url}` }).end();
    });
    for (const url of [redirecting, writing])
      await assert.rejects(
        consulCopy({ url, key: "muster/audit/checkpoint", token: "secret", publicKey })(signed(1)),
        /answered 30\d and points to http:.*not followed; correct audit\.consul\.url/,
      );
    assert.deepEqual(seen, []);
  });

for (const [what, there, message] of [
  ["has more records than ours", signed(9).note, /a checkpoint of 9 records, and this database has 5: records were removed or rewritten/],
  ["has another hash for the same records", signed(5, "b".repeat(64)).note, /records were removed or rewritten/],
  ["belongs to another database", signed(2, undefined, "muster-audit/2").note, /of another database, muster-audit\/2/],
  ["we did not sign", "hello", /did not sign/],
] as const) {
  test(`a value in Consul that ${what} is not changed`, async (t) => {
    const { store, copy } = await consul(t);
    Object.assign(store, { index: 4, value: there });
    await assert.rejects(copy(signed(5)), message);
    assert.equal(store.value, there);
  });
}

test("of two concurrent writers to Consul, one fails", async (t) => {
  const { store, copy } = await consul(t, signed(6).note);
  await assert.rejects(copy(signed(5)), /another client changed/);
  assert.equal(store.value, signed(6).note);
});

test("a note with a changed word, size or signature is invalid", () => {
  const { note } = signed(12);
  assert.equal(openNote(note, publicKey)?.size, 12);
  for (const [from, to] of [
    ["muster-audit/1", "muster-audit/2"],
    ["\n12\n", "\n13\n"],
    ["=\n\n", "=\n"],
    [note.slice(-20, -10), "AAAAAAAAAA"],
  ] as const)
    assert.equal(openNote(note.replace(from, to), publicKey), undefined, `${from} → ${to}`);
  const other = generateKeyPairSync("ed25519");
  assert.equal(openNote(note, other.publicKey), undefined);
});
