/**
 * The wire format for every input: a client's packet decodes to what was encoded, and a damaged packet is
 * never taken for a valid one.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { agree } from "../../../pxe/tftp/options.ts";
import { decodeRequest, error, oack, stampData } from "../../../pxe/tftp/packet.ts";
import { capture } from "../../support/dhcp/captures.ts";
import { fetchFile, startFixture } from "./client.ts";

const text = fc.string({ minLength: 1, maxLength: 60 }).map((some) => some.replace(/[^ -~]/g, "x"));
const strings = (...parts: string[]) => Buffer.from(parts.map((part) => `${part}\0`).join(""), "latin1");

test("a read request comes out as it went in, its names in lower case", () => {
  fc.assert(
    fc.property(
      text,
      text,
      fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name.toLowerCase(), maxLength: 8 }),
      (file, mode, options) => {
        const request = decodeRequest(Buffer.concat([Buffer.of(0, 1), strings(file, mode, ...options.flat())]));
        assert(request.kind === "read");
        assert.deepEqual([request.file, request.mode], [file, mode.toLowerCase()]);
        assert.deepEqual(
          [...request.options],
          options.map(([name, value]) => [name.toLowerCase(), value]),
        );
      },
    ),
  );
});

test("packets we write can be decoded", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), text, (code, message) => {
      assert.deepEqual(decodeRequest(error(code, message)), { kind: "error", code, message });
    }),
  );
  fc.assert(
    fc.property(fc.nat(65_535), (block) => {
      const packets = Buffer.alloc(12, 255);
      stampData(packets, 4, block);
      assert.deepEqual([packets.readUInt16BE(4), packets.readUInt16BE(6)], [3, block]);
      assert.deepEqual(decodeRequest(Buffer.of(0, 4, block >> 8, block & 255)), { kind: "ack", block });
    }),
  );
  assert.equal(
    oack(
      new Map([
        ["blksize", "1468"],
        ["tsize", "5"],
      ]),
    ).toString("latin1"),
    "\0\x06blksize\x001468\0tsize\x005\0",
  );
});

test("no options lead to terms we cannot keep", () => {
  const value = fc.oneof(fc.integer({ min: -5, max: 70_000 }).map(String), text);
  const name = fc.constantFrom<string>("blksize", "windowsize", "timeout", "tsize", "other");
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), fc.option(fc.nat(), { nil: undefined }), (asked, size) => {
      const terms = agree(new Map(asked), size);
      assert(terms.blockSize >= 8 && terms.blockSize <= 1468 && terms.windowSize >= 1 && terms.windowSize <= 64);
      const wanted = new Map(asked);
      for (const [confirmed, answer] of terms.agreed) {
        assert(wanted.has(confirmed));
        if (confirmed !== "tsize") assert(Number(answer) <= Number(wanted.get(confirmed)));
      }
    }),
  );
});

test("any bytes are read without a throw, and so is a real request cut anywhere", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => assert(decodeRequest(Buffer.from(bytes)).kind)),
    { numRuns: 5000 },
  );
  const whole = capture("ipxe-bios-tftp-rrq");
  for (let length = 0; length < whole.length; length++) assert.notEqual(decodeRequest(whole.subarray(0, length)).kind, "write");
});

let fixture: Awaited<ReturnType<typeof startFixture>>;
before(async () => {
  fixture = await startFixture();
  fixture.write("file", randomBytes(3000));
});
after(() => fixture.close());

test("100,000 mutated datagrams at both ports leave a server that serves, in the memory it had", async () => {
  const seeds = [
    strings("\0\x01file", "octet"),
    strings("\0\x01file", "netascii", "blksize", "1468", "tsize", "0"),
    strings("\0\x01file", "octet", "windowsize", "16", "timeout", "1"),
    strings("\0\x02file", "octet"),
    Buffer.of(0, 4, 0, 1),
    Buffer.of(0, 4, 0, 0),
    strings("\0\x05\0\x08User aborted"),
    capture("ipxe-bios-tftp-rrq"),
  ];
  const clients = await Promise.all(Array.from({ length: 20 }, () => fixture.client()));
  const ports = [fixture.port];
  const memory: number[] = [];
  for (let sent = 0; sent < 100_000; sent++) {
    const client = clients[sent % clients.length]!;
    const sending = client.send(mutated(seeds[dice(seeds.length)]!), ports[dice(ports.length)]);
    if (sent % 20 > 0) continue;
    await sending;
    for (const { port } of client.drain()) if (!ports.includes(port)) ports[1 + dice(10)] = port;
    if (sent % 10_000 === 0) memory.push(process.memoryUsage().rss / 2 ** 20);
  }
  assert(memory.at(-1)! - memory[3]! < 50, `${memory.map(Math.round)} MiB`);
  for (const client of clients) await client[Symbol.asyncDispose]();
  await using client = await fixture.client();
  await client.silence(300); // the server reads packets that still wait in its socket
  assert.equal((await fetchFile(client, "file")).length, 3000);
});

let state = 1;
const dice = (sides: number) => {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((state / 2_147_483_648) * sides);
};

/** The same mutations in every run: flipped bits, removed, doubled and inserted bytes. */
function mutated(seed: Buffer): Buffer {
  const bytes = Buffer.from(seed);
  for (let times = dice(4); times > 0; times--) bytes[dice(bytes.length)]! ^= 1 << dice(8);
  switch (dice(5)) {
    case 0:
      return bytes.subarray(0, dice(bytes.length + 1));
    case 1:
      return Buffer.concat([bytes, bytes]);
    case 2:
      return Buffer.concat([bytes, Buffer.alloc(dice(1400), dice(256))]);
    default:
      return bytes;
  }
}
