import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { WireEvent } from "../../../pxe/boot-source.ts";
import { startTftpServer, type TftpServer } from "../../../pxe/tftp/server.ts";
import { capture } from "../../support/captures.ts";
import { silentLog } from "../../support/log.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-tftp-"));
const files = { empty: Buffer.alloc(0), exact: randomBytes(512 * 3), small: randomBytes(1000), big: randomBytes(400_001) };
const events: WireEvent[] = [];
let server: TftpServer;

before(async () => {
  const root = join(folder, "root");
  mkdirSync(root);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(root, name), bytes);
  writeFileSync(join(root, "text"), "a\nb\r");
  writeFileSync(join(root, "undionly.kkpxe"), "undi");
  writeFileSync(join(folder, "secret"), "secret");
  symlinkSync(join(folder, "secret"), join(root, "link"));
  server = await startTftpServer({
    root,
    address: "127.0.0.1",
    port: 0,
    record: (event) => events.push(event),
    log: silentLog,
    virtual: (name) => (name === "autoexec.ipxe" ? "#!ipxe\n" : undefined),
  });
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

class Client {
  readonly socket: Socket = createSocket("udp4");
  readonly #inbox: { bytes: Buffer; port: number }[] = [];
  constructor() {
    this.socket.on("message", (bytes, { port }) => {
      this.#inbox.push({ bytes, port });
      this.socket.emit("mail");
    });
  }
  send(bytes: Buffer, port = server.port) {
    this.socket.send(bytes, port, "127.0.0.1");
  }
  read(file: string, options: string[] = [], mode = "octet") {
    this.send(Buffer.concat([Buffer.of(0, 1), Buffer.from([file, mode, ...options, ""].join("\0"))]));
  }
  ack(block: number, port: number) {
    this.send(Buffer.of(0, 4, (block >> 8) & 255, block & 255), port);
  }
  async next(waitMs = 3000): Promise<{ bytes: Buffer; port: number }> {
    if (this.#inbox.length === 0) await once(this.socket, "mail", { signal: AbortSignal.timeout(waitMs) });
    return this.#inbox.shift()!;
  }
  async silence(ms: number): Promise<void> {
    await assert.rejects(this.next(ms), { name: "AbortError" });
  }
}

async function withClient(work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client();
  try {
    await work(client);
  } finally {
    await sleep(20); // the last ACK is still on its way out
    client.socket.close();
  }
}

const isError = ({ bytes }: { bytes: Buffer }, code: number) => assert.deepEqual([bytes.readUInt16BE(0), bytes.readUInt16BE(2)], [5, code]);

/** A client that follows RFC 1350 and 7440 and loses what `lose` says. */
async function fetchFile(
  client: Client,
  file: string,
  { blockSize = 512, window = 1, lose }: { blockSize?: number; window?: number; lose?: (n: number) => boolean } = {},
): Promise<Buffer> {
  const options = [...(blockSize === 512 ? [] : ["blksize", String(blockSize)]), ...(window === 1 ? [] : ["WindowSize", String(window)])];
  client.read(file, options);
  const blocks: Buffer[] = [];
  let received = 0;
  for (;;) {
    const { bytes, port } = await client.next(6000);
    const opcode = bytes.readUInt16BE(0);
    assert.notEqual(opcode, 5, bytes.toString("latin1", 4));
    if (opcode === 6) {
      client.ack(0, port);
      continue;
    }
    received += 1;
    if (lose?.(received)) continue;
    const block = bytes.readUInt16BE(2);
    if (block === ((blocks.length + 1) & 0xffff)) blocks.push(bytes.subarray(4));
    const last = blocks.at(-1);
    if (blocks.length % window === 0 || (last && last.length < blockSize)) client.ack(blocks.length & 0xffff, port);
    if (last && last.length < blockSize) return Buffer.concat(blocks);
  }
}

for (const name of ["empty", "exact", "small", "big"] as const) {
  for (const [blockSize, window] of [
    [512, 1],
    [1468, 1],
    [1428, 4],
    [512, 16],
  ] as const) {
    test(`${name}: block size ${blockSize}, window ${window}`, () =>
      withClient(async (client) => {
        assert.deepEqual(await fetchFile(client, name, { blockSize, window }), files[name]);
      }));
  }
}

test("lost blocks come again and the file is whole", () =>
  withClient(async (client) => {
    assert.deepEqual(await fetchFile(client, "small", { lose: (n) => n === 1 || n === 3 }), files.small);
  }));

test("options are answered as asked, never larger, in any case", () =>
  withClient(async (client) => {
    client.read("small", ["BLKSIZE", "65464", "tsize", "0", "unknown", "1", "windowsize", "500", "timeout", "2"]);
    const { bytes } = await client.next();
    assert.equal(bytes.toString("latin1", 2), "blksize\x001468\0tsize\x001000\0windowsize\x0064\0timeout\x002\0");
  }));

test("the read request of a real iPXE is understood", () =>
  withClient(async (client) => {
    client.send(capture("ipxe-bios-tftp-rrq"));
    isError(await client.next(), 1);
  }));

test("a size probe is logged as a probe", () =>
  withClient(async (client) => {
    client.read("small", ["tsize", "0", "blksize", "1468"]);
    const { port } = await client.next();
    client.send(Buffer.concat([Buffer.of(0, 5, 0, 8), Buffer.from("User aborted the transfer\0")]), port);
    await client.silence(300);
    assert.equal(events.at(-1)?.type, "tftp.probe");
  }));

const refused: [string, number][] = [
  ["missing", 1],
  ["", 1],
  ["../secret", 2],
  ["a/../../secret", 2],
  ["/../secret", 2],
  ["..\\secret", 2],
  ["link", 2],
  ["constructor", 1],
];
for (const [name, code] of refused) {
  test(`reading ${JSON.stringify(name)} is refused`, () =>
    withClient(async (client) => {
      client.send(Buffer.concat([Buffer.of(0, 1), Buffer.from(`${name}\0octet\0`)]));
      if (name === "") await client.silence(200);
      else isError(await client.next(), code);
    }));
}

test("writing is refused, and so is a mode nobody uses", () =>
  withClient(async (client) => {
    client.send(Buffer.concat([Buffer.of(0, 2), Buffer.from("new\0octet\0")]));
    isError(await client.next(), 2);
    client.read("small", [], "mail");
    isError(await client.next(), 4);
  }));

test("netascii has its line ends", () =>
  withClient(async (client) => {
    client.read("text", [], "NetASCII");
    assert.equal((await client.next()).bytes.toString("latin1", 4), "a\r\nb\r\0");
  }));

test("names that exist under another name or only in memory are served", () =>
  withClient(async (client) => {
    assert.equal((await fetchFile(client, "undionly.kpxe")).toString(), "undi");
    await withClient(async (other) => assert.equal((await fetchFile(other, "autoexec.ipxe")).toString(), "#!ipxe\n"));
  }));

test("datagrams of 0, 1 and 3 bytes and garbage change nothing", () =>
  withClient(async (client) => {
    for (const bytes of [Buffer.alloc(0), Buffer.of(0), Buffer.of(0, 1, 2), randomBytes(60)]) client.send(bytes);
    assert.deepEqual(await fetchFile(client, "small"), files.small);
  }));

test("a packet from another port is refused and the transfer goes on", () =>
  withClient(async (client) => {
    client.read("exact");
    const { port } = await client.next();
    await withClient(async (stranger) => {
      stranger.ack(1, port);
      isError(await stranger.next(), 5);
      stranger.send(Buffer.alloc(0), port);
      isError(await stranger.next(), 5);
    });
    client.ack(1, port);
    assert.equal((await client.next()).bytes.readUInt16BE(2), 2);
  }));

test("a duplicate ACK makes nothing be sent twice", () =>
  withClient(async (client) => {
    client.read("exact");
    const { port } = await client.next();
    client.ack(1, port);
    await client.next();
    client.ack(1, port);
    await client.silence(400);
  }));

test("a request sent twice is one transfer", () =>
  withClient(async (client) => {
    client.read("exact");
    client.read("exact");
    await client.next();
    await client.silence(400);
  }));
