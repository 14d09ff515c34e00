import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { BootRequest } from "../../../pxe/boot-source.ts";
import { type BootHttpServer, startBootHttpServer } from "../../../pxe/http/server.ts";
import { silentLog } from "../../support/log.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-http-"));
const kernel = randomBytes(700_000);
const asked: BootRequest[] = [];
let server: BootHttpServer;
let url: string;

before(async () => {
  const root = join(folder, "assets");
  mkdirSync(join(root, "ipxe"), { recursive: true });
  writeFileSync(join(root, "linux"), kernel);
  writeFileSync(join(root, "empty"), "");
  writeFileSync(join(root, ".half"), "half");
  writeFileSync(join(root, "ipxe/snponly.efi"), "MZ");
  writeFileSync(join(folder, "secret"), "secret");
  symlinkSync(join(folder, "secret"), join(root, "link"));
  server = await startBootHttpServer({
    host: "127.0.0.1",
    port: 0,
    assetsRoot: root,
    log: silentLog,
    source: {
      dhcpPlan: () => ({ netboot: false, reason: "" }),
      record: () => undefined,
      respond: (request) => {
        asked.push(request);
        return { status: 200, contentType: "text/plain; charset=utf-8", body: "#!ipxe\n" };
      },
    },
  });
  url = `http://127.0.0.1:${server.port}`;
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Sends the path unchanged, because fetch would normalize it. */
const raw = (path: string, method = "GET") =>
  new Promise<number | undefined>((resolve, reject) => {
    httpRequest({ port: server.port, path, method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });

test("a request that was read only after its client had gone is not answered", async () => {
  const path = "/boot.ipxe?from=one-that-has-gone";
  const says = `GET ${path} HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n`;
  const sender = `const s = require("node:net").connect(${server.port}, "127.0.0.1"); s.end("${says}", () => process.exit())`;
  // Blocks our event loop until the client has sent its request, closed and ended.
  execFileSync(process.execPath, ["-e", sender], { timeout: 120_000 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(
    asked.filter(({ query }) => query.get("from") === "one-that-has-gone"),
    [],
  );
});

test("a file comes whole, with its exact length and type", async () => {
  const response = await fetch(`${url}/assets/linux`);
  assert.equal(response.headers.get("content-length"), String(kernel.length));
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), kernel);
  assert.equal((await fetch(`${url}/assets/ipxe/snponly.efi`)).headers.get("content-type"), "application/efi");
  assert.equal((await fetch(`${url}/assets/empty`)).headers.get("content-length"), "0");
});

test("HEAD gives the same headers and no body", async () => {
  const head = await fetch(`${url}/assets/linux`, { method: "HEAD" });
  assert.equal(head.headers.get("content-length"), String(kernel.length));
  assert.equal((await head.arrayBuffer()).byteLength, 0);
});

for (const [range, first, last] of [
  ["bytes=0-9", 0, 9],
  ["bytes=699990-", 699_990, 699_999],
  ["bytes=-5", 699_995, 699_999],
  ["bytes=5-9999999", 5, 699_999],
] as const) {
  test(`range ${range}`, async () => {
    const response = await fetch(`${url}/assets/linux`, { headers: { range } });
    assert.equal(response.status, 206);
    assert.equal(response.headers.get("content-range"), `bytes ${first}-${last}/700000`);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), kernel.subarray(first, last + 1));
  });
}

test("a range past the end is 416", async () => {
  assert.equal((await fetch(`${url}/assets/linux`, { headers: { range: "bytes=700000-" } })).status, 416);
});

test("a resumed download of a file that changed is refused", async () => {
  const { headers } = await fetch(`${url}/assets/linux`, { method: "HEAD" });
  const etag = headers.get("etag") ?? "";
  const resume = (ifMatch: string) => fetch(`${url}/assets/linux`, { headers: { range: "bytes=10-19", "if-match": ifMatch } });
  assert.equal((await resume(etag)).status, 206);
  assert.equal((await resume('"other"')).status, 412);
  assert.equal((await fetch(`${url}/assets/linux`, { headers: { "if-none-match": etag } })).status, 304);
});

for (const path of ["/assets/", "/assets/ipxe", "/assets/ipxe/", "/assets/.half", "/assets/link", "/assets/missing"]) {
  test(`${path} is not served`, async () => assert.equal(await raw(path), 404));
}
for (const path of ["/assets/../secret", "/assets/%2e%2e/secret", "/assets/..%5csecret", "/%zz", "/assets/%00"]) {
  test(`${path} is no path`, async () => assert.equal(await raw(path), 400));
}

test("doubled slashes are folded without a redirect", async () => {
  assert.equal(await raw("//assets//linux"), 200);
});

test("only GET and HEAD", async () => {
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) assert.equal(await raw("/boot.ipxe", method), 405);
});

test("everything else is asked of the boot source, decoded once", async () => {
  await fetch(`${url}/boot.ipxe?mac=52-54-00-00-00-01&product=a%2520b`);
  const last = asked.at(-1);
  assert.equal(last?.path, "/boot.ipxe");
  assert.equal(last?.query.get("product"), "a%20b");
  assert.equal(last?.remoteAddress, "127.0.0.1");
});
