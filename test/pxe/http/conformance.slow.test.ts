/** Boot HTTP in the dialects of firmware, iPXE and curl, byte by byte. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { until } from "../../support/until.ts";
import { get, rawExchange, startFixture } from "./client.ts";

const kernel = randomBytes(3_000_000);
let fixture: Awaited<ReturnType<typeof startFixture>>;
const statusOf = (answer: string) => Number(answer.slice(9, 12));
const headersOf = (answer: string) => answer.slice(0, answer.indexOf("\r\n\r\n")).toLowerCase();

before(async () => {
  fixture = await startFixture({
    linux: kernel,
    "initrd.img": "initrd",
    "boot.EFI": "MZ",
    "disk.iso": "iso",
    "a.cfg": "cfg",
    empty: "",
    "sub/file": "file",
    "with space": "space",
  });
  writeFileSync(join(fixture.root, "large"), Buffer.alloc(60_000_000, 7));
  writeFileSync(join(fixture.folder, "secret"), "secret");
  symlinkSync(join(fixture.folder, "secret"), join(fixture.root, "link"));
});
after(() => fixture.close());

const withoutDate = (answer: string) => answer.replace(/^date:.*$/im, "");

describe("one answer", { concurrency: true }, () => {
  const types: [string, string][] = [
    ["boot.EFI", "application/efi"],
    ["disk.iso", "application/vnd.efi-iso"],
    ["linux", "application/octet-stream"],
    ["initrd.img", "application/octet-stream"],
    ["a.cfg", "text/plain; charset=utf-8"],
  ];
  for (const [name, type] of types) {
    test(`${name} is ${type}`, async () => {
      assert.equal((await fetch(`${fixture.url}/assets/${name}`)).headers.get("content-type"), type);
    });
  }

  test("HEAD has the headers of GET, to the letter, and no body", async () => {
    const [head, whole] = await Promise.all([
      rawExchange(fixture.port, get("/assets/sub/file").replace("GET", "HEAD")),
      rawExchange(fixture.port, get("/assets/sub/file")),
    ]);
    assert.equal(headersOf(head).replace(/date:.*/, ""), headersOf(whole).replace(/date:.*/, ""));
    assert(head.endsWith("\r\n\r\n") && whole.endsWith("\r\n\r\nfile"));
  });

  test("a request line with a whole URL is a request for its path", async () => {
    const paths = ["/assets/sub/file", "/assets//sub/file", "/boot.ipxe?mac=02:00:00:00:00:01", "/nothing"];
    for (const path of paths) {
      const expected = await rawExchange(fixture.port, get(path));
      for (const origin of ["http://10.0.0.2:8080", "HTTP://boot.example", "http://user@[fe80::1]:80", "https://10.0.0.2"])
        assert.equal(withoutDate(await rawExchange(fixture.port, get(`${origin}${path}`))), withoutDate(expected), `${origin}${path}`);
    }
    assert.equal(statusOf(await rawExchange(fixture.port, get("http://10.0.0.2:8080/../etc/passwd"))), 400);
    assert.equal(statusOf(await rawExchange(fixture.port, get("http:/assets/sub/file"))), 400);
    const bare = await rawExchange(fixture.port, get("http://10.0.0.2:8080"));
    assert.equal(withoutDate(bare), withoutDate(await rawExchange(fixture.port, get("/"))));
  });

  test("no answer has an empty header, a chunked body or a redirect", async () => {
    for (const path of ["/assets/linux", "/assets//linux", "/assets/sub", "/assets/nothing", "/boot.ipxe", "//boot.ipxe"]) {
      const answer = headersOf(await rawExchange(fixture.port, get(path, "Connection: close")));
      assert.doesNotMatch(answer, /:\s*\r\n|transfer-encoding|location:/);
      assert.match(answer, /content-length: \d+/);
      assert([200, 404].includes(statusOf(answer)), path);
    }
  });

  test("a HEAD of what is not there has no body", async () => {
    assert((await rawExchange(fixture.port, get("/assets/nothing").replace("GET", "HEAD"))).endsWith("\r\n\r\n"));
  });

  test("one connection serves one request after another, also when they come at once", async () => {
    const answer = await rawExchange(
      fixture.port,
      get("/assets/sub/file") + get("/boot.ipxe") + get("/assets/nothing") + get("/assets/a.cfg"),
    );
    assert.deepEqual(
      [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
      ["200", "200", "404", "200"],
    );
  });

  test("HTTP/1.0 is answered and closed", async () => {
    const answer = await rawExchange(fixture.port, "GET /assets/sub/file HTTP/1.0\r\n\r\n", 2000);
    assert.match(answer, /200 OK[\s\S]*\r\n\r\nfile$/);
  });

  test("a name with a space comes by its encoding", async () => {
    assert.equal(await (await fetch(`${fixture.url}/assets/with%20space`)).text(), "space");
  });

  for (const path of [
    "/assets/../../secret",
    "/assets/%2e%2e/%2e%2e/secret",
    "/assets/sub%2f..%2f..%2fsecret",
    "/assets/..%5c..%5csecret",
    "/assets/%00",
    "/assets/%zz",
    "/assets/%c0%ae%c0%ae/secret",
  ]) {
    test(`${path} is refused`, async () => assert.equal(statusOf(await rawExchange(fixture.port, get(path))), 400));
  }
  for (const path of ["/assets/%252e%252e/secret", "/assets/link", "/assets/.hidden", "/assets/sub", "/assets/"]) {
    test(`${path} is not there`, async () => assert.equal(statusOf(await rawExchange(fixture.port, get(path))), 404));
  }

  test("autoexec.ipxe and every other script is answered while large files are sent", async () => {
    const large = Array.from({ length: 20 }, async () => Buffer.from(await (await fetch(`${fixture.url}/assets/linux`)).arrayBuffer()));
    assert.equal(await (await fetch(`${fixture.url}/autoexec.ipxe`)).text(), "#!ipxe\n");
    for (const one of await Promise.all(large)) assert(kernel.equals(one));
  });
});

describe("resuming", { concurrency: true }, () => {
  const tags = async (name: string) => {
    const { headers } = await fetch(`${fixture.url}/assets/${name}`, { method: "HEAD" });
    return { etag: headers.get("etag") ?? "", modified: headers.get("last-modified") ?? "" };
  };
  const status = async (headers: Record<string, string>) => (await fetch(`${fixture.url}/assets/linux`, { headers })).status;

  test("If-Match, If-Unmodified-Since: a part of the version that was begun, or 412", async () => {
    const { etag, modified } = await tags("linux");
    assert.equal(await status({ range: "bytes=9-", "if-match": etag }), 206);
    assert.equal(await status({ range: "bytes=9-", "if-match": `"x", ${etag}` }), 206);
    assert.equal(await status({ range: "bytes=9-", "if-match": "*" }), 206);
    assert.equal(await status({ range: "bytes=9-", "if-match": '"x"' }), 412);
    assert.equal(await status({ range: "bytes=9-", "if-unmodified-since": modified }), 206);
    assert.equal(await status({ range: "bytes=9-", "if-unmodified-since": "Mon, 01 Jan 2001 00:00:00 GMT" }), 412);
  });

  test("If-Range: the part, or the whole of the new version", async () => {
    const { etag, modified } = await tags("linux");
    assert.equal(await status({ range: "bytes=9-", "if-range": etag }), 206);
    assert.equal(await status({ range: "bytes=9-", "if-range": modified }), 206);
    assert.equal(await status({ range: "bytes=9-", "if-range": '"x"' }), 200);
  });

  test("If-None-Match, If-Modified-Since: 304 without a body", async () => {
    const { etag, modified } = await tags("linux");
    assert.equal(await status({ "if-none-match": etag }), 304);
    assert.equal(await status({ "if-none-match": `W/${etag}` }), 304);
    assert.equal(await status({ "if-none-match": '"x"' }), 200);
    assert.equal(await status({ "if-modified-since": modified }), 304);
  });

  for (const [range, expected] of [
    ["bytes=0-0", 206],
    ["bytes=524287-524288", 206],
    ["bytes=-1", 206],
    ["bytes=0-99,200-", 200],
    ["lines=1-2", 200],
    ["bytes=5-3", 200],
    ["bytes=3000000-", 416],
    ["bytes=-0", 416],
  ] as const) {
    test(`${range} is ${expected}`, async () => {
      const response = await fetch(`${fixture.url}/assets/linux`, { headers: { range } });
      const body = Buffer.from(await response.arrayBuffer());
      assert.equal(response.status, expected);
      const [, first, last] = /bytes (\d+)-(\d+)/.exec(response.headers.get("content-range") ?? "") ?? [];
      if (expected === 206) assert(kernel.subarray(Number(first), Number(last) + 1).equals(body));
    });
  }

  test("a file of another second has another ETag", async () => {
    const before = await tags("sub/file");
    utimesSync(join(fixture.root, "sub/file"), 1, 1_000_000);
    assert.notEqual((await tags("sub/file")).etag, before.etag);
  });

  test("a download that breaks off is resumed by curl to the same bytes", {
    skip: !existsSync("/usr/bin/curl") && "curl is not installed",
  }, async () => {
    const to = join(fixture.folder, "resumed");
    writeFileSync(to, kernel.subarray(0, 1_234_567));
    await promisify(execFile)("curl", ["-s", "-f", "-C", "-", "-o", to, `${fixture.url}/assets/linux`]);
    assert(kernel.equals(readFileSync(to)));
  });
});

describe("bad clients", { concurrency: true }, () => {
  test("one that takes nothing is dropped", async () => {
    const impatient = await startFixture({ large: Buffer.alloc(60_000_000) }, { stallMs: 1000 });
    const socket = connect(impatient.port, "127.0.0.1").pause();
    socket.on("error", () => undefined); // the server drops it with a reset
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await once(socket, "connect");
    socket.write(get("/assets/large"));
    await until("the server drops the connection", () => !isEstablished(impatient.port, socket.localPort as number));
    let taken = 0;
    socket.on("data", (bytes) => {
      taken += bytes.length;
    });
    socket.resume();
    await closed;
    await impatient.close();
    assert(taken < 60_000_000);
  });

  test("headers without end and nonsense are refused", async () => {
    assert.match(await rawExchange(fixture.port, `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431/);
    assert.match(await rawExchange(fixture.port, "\0\x01\x02\r\n\r\n"), /^HTTP\/1\.1 400/);
  });

  test("a file that changes while it is sent breaks the connection off, short of its length", async () => {
    writeFileSync(join(fixture.root, "changing"), randomBytes(8_000_000));
    const response = await fetch(`${fixture.url}/assets/changing`);
    await sleep(100);
    appendFileSync(join(fixture.root, "changing"), "more");
    await assert.rejects(response.arrayBuffer());
  });
});

test("a hundred machines that fetch 60 MB at once take little memory", async () => {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const sockets = Array.from({ length: 100 }, () => connect(fixture.port, "127.0.0.1").pause());
  for (const socket of sockets) socket.write(get("/assets/large"));
  for (let n = 0; n < 8; n++) {
    await sleep(50);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  for (const socket of sockets) socket.destroy();
  assert(most < 130 * 2 ** 20, `${Math.round(most / 2 ** 20)} MiB`);
});

/** Returns true while the kernel holds the server's end of a connection open, by `/proc/net/tcp` (proc_net_tcp.txt). */
function isEstablished(serverPort: number, clientPort: number): boolean {
  const [from, to] = [serverPort, clientPort].map((port) => `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`);
  return readFileSync("/proc/net/tcp", "utf8").includes(`${from} ${to} 01 `);
}
