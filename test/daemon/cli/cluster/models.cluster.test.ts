/** `muster model` as a person uses it: whole processes, a real model, and a node that fetches it with curl. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { openStores } from "../../../../daemon/store/stores.ts";
import { clusterPart } from "../../../../scripts/suite/cluster/parts.ts";
import { until } from "../../../support/until.ts";
import { addNode } from "../../../support/world.ts";
import { launch, outcome, withDaemon } from "../muster.ts";

const { path: file, skip } = clusterPart("model");
const SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
const place = skip ? undefined : withDaemon();

const ask = (...args: string[]) => {
  assert(place);
  const local = ["add", "remove"].includes(args[1] ?? "");
  return place.ask(...args, ...(local ? ["--data", place.daemon.data] : []));
};
const folder = () => join(place?.daemon.data ?? "", "assets/models");
/** The address of the boot HTTP server, from the configuration of the daemon. */
const bootUrl = () => `http://127.0.0.1:${/http_port: (\d+)/.exec(readFileSync(place?.daemon.config ?? "", "utf8"))?.[1]}`;

/** Sends the file slowly, so that the command is stopped in the middle. */
const slow = createServer((_, response) => {
  response.writeHead(200, { "content-length": 98_362_432 });
  response.write(readFileSync(file).subarray(0, 30_000_000));
});
after(() => {
  slow.closeAllConnections();
  slow.close();
});

test("an empty list says how a model is added", { skip }, async () => {
  assert.match((await ask("model", "list")).out, /^No model is stored\. Add one on the control node: muster model add FILE$/m);
  assert.deepEqual(JSON.parse((await ask("model", "list", "--json")).out), []);
});

test("Ctrl-C in the middle of a download ends with 130 and leaves nothing", { skip }, async () => {
  slow.listen(0, "127.0.0.1");
  await once(slow, "listening");
  const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/slow.gguf`;
  const child = launch(["model", "add", url, "--sha256", SHA256, "--data", place?.daemon.data ?? ""]);
  const ended = outcome(child);
  await until("a part of the file has arrived", () => {
    assert.equal(child.exitCode, null);
    const [partial] = (existsSync(folder()) ? readdirSync(folder()) : []).filter((name) => name.endsWith(".partial"));
    return partial !== undefined && statSync(join(folder(), partial)).size > 20_000_000;
  }).finally(() => child.kill("SIGINT"));
  const { code, err } = await ended;
  assert.equal(code, 130, err);
  assert.match(err, /\d+ MB of 99 MB \(\d+ %\)/);
  assert.match(err, /stopped before the model was complete/);
  assert.deepEqual(readdirSync(folder()), []);
});

test("a wrong hash ends with 1 and names both hashes", { skip }, async () => {
  const { code, err } = await ask("model", "add", file, "--sha256", "0".repeat(64));
  assert.equal(code, 1);
  assert.match(err, new RegExp(`has the SHA-256 ${SHA256} instead of 0{64}`));
  assert.deepEqual(readdirSync(folder()), []);
});

test("a real model is stored, listed, and not stored twice", { skip }, async () => {
  const added = await ask("model", "add", file, "--sha256", SHA256.toUpperCase());
  assert.equal(added.code, 0, added.err);
  assert.match(added.out, /^smollm2 is stored\.\nSmollm2 135M 8k Lc100K Mix1 Ep2: 99 MB, llama, Q4_1, 30 layers, context of 8192 tokens$/m);
  assert.match((await ask("model", "list")).out, new RegExp(`^smollm2 +99 MB +llama +Q4_1 +30 +8192 +\\d+ s ago +${SHA256}$`, "m"));
  const again = await ask("model", "add", file, "--json");
  assert.equal(again.code, 0, again.err);
  const { added: twice, name } = JSON.parse(again.out);
  assert.deepEqual({ twice, name }, { twice: false, name: "smollm2" });
});

test("a node fetches the model from the boot HTTP server, whole or in parts", { skip }, () => {
  const url = `${bootUrl()}/assets/models/smollm2.gguf`;
  const curl = (...args: string[]) => execFileSync("curl", ["-sS", ...args, url], { maxBuffer: 200_000_000 });
  const content = readFileSync(file);
  assert(curl().equals(content));
  assert(curl("-r", "98000000-").equals(content.subarray(98_000_000)));
  assert(curl("-r", "1000-1999").equals(content.subarray(1000, 2000)));
  const head = curl("-r", "0-3", "-D", "-", "-o", "/dev/null").toString();
  assert.match(head, /^HTTP\/1.1 206 /);
  assert.match(head, /^Content-Range: bytes 0-3\/98362432\r$/im);
  assert.match(curl("-r", "98362432-", "-D", "-", "-o", "/dev/null").toString(), /^HTTP\/1.1 416 /);
});

test("a file that became shorter is shown as damaged, and is stored again", { skip }, async () => {
  truncateSync(join(folder(), "smollm2.gguf"), 1_000_000);
  const { out } = await ask("model", "list");
  assert.match(out, /^damaged: smollm2: its file has 1000000 bytes instead of 98362432$/m);
  assert.equal((await ask("model", "add", file)).code, 0);
  assert.equal(JSON.parse((await ask("model", "list", "--json")).out)[0].state, "stored");
});

test("a plan without a ready node ends with 1 and says why", { skip }, async () => {
  const { code, out } = await ask("model", "plan", "smollm2");
  assert.equal(code, 1);
  assert.match(out, /^smollm2 does not fit with a context of 4096 tokens: no node is ready with known memory\.$/m);
});

test("a plan shows the node that holds the model, and a context that is too large is refused", { skip }, async () => {
  const stores = openStores(join(place?.daemon.data ?? "", "muster.db"));
  try {
    const { id } = addNode(stores, { phase: "ready", since: new Date().toISOString() }, "n1");
    const event = { source: "control", type: "node.facts", summary: "its memory" } as const;
    stores.registry.update(id, (was) => ({ node: { ...was, facts: { memoryMb: 8192 } }, event }));
  } finally {
    stores.db.close();
  }
  const fits = await ask("model", "plan", "smollm2", "--context", "8192");
  assert.equal(fits.code, 0, fits.err);
  assert.match(fits.out, /^smollm2 fits on one node with a context of 8192 tokens\.$/m);
  assert.match(fits.out, /^n1 +head +30 +\d{3} MB +7\.5 GB$/m);
  assert.match(fits.out, /^Total: \d{3} MB, of which 189 MB are the cache/m);
  assert.equal(JSON.parse((await ask("model", "plan", "smollm2", "--json")).out).plan.fits, true);
  const { code, err } = await ask("model", "plan", "smollm2", "--context", "16384");
  assert.equal(code, 1);
  assert.match(err, /context: smollm2 was trained for a context of at most 8192 tokens/);
});

test("a removed model is gone, and an unknown model is not removed", { skip }, async () => {
  assert.match((await ask("model", "remove", "smollm2")).out, /^smollm2 is removed\.$/m);
  assert.deepEqual(readdirSync(folder()), []);
  const { code, err } = await ask("model", "remove", "smollm2");
  assert.equal(code, 1);
  assert.match(err, /no model smollm2 is stored\n→ List the stored models/);
});
