/** Options are answered as requested, never with a larger value, and never without a request. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { agree } from "../../../pxe/tftp/options.ts";
import { startFixture } from "./client.ts";

const content = randomBytes(70_000);
let fixture: Awaited<ReturnType<typeof startFixture>>;

before(async () => {
  fixture = await startFixture();
  fixture.write("file", content);
  fixture.write("text", "a\n".repeat(500));
});
after(() => fixture.close());

const answers: [asked: string[], answered: string[]][] = [
  [
    ["blksize", "8"],
    ["blksize", "8"],
  ],
  [
    ["blksize", "1432"],
    ["blksize", "1432"],
  ],
  [
    ["BlkSize", "65464"],
    ["blksize", "1468"],
  ],
  [
    ["windowsize", "4"],
    ["windowsize", "4"],
  ],
  [
    ["windowsize", "65535"],
    ["windowsize", "64"],
  ],
  [
    ["timeout", "255"],
    ["timeout", "255"],
  ],
  [
    ["tsize", "0"],
    ["tsize", "70000"],
  ],
  [
    ["unknown", "1", "blksize", "512", "multicast", ""],
    ["blksize", "512"],
  ],
  // The options that EDK2 requests. It does not depend on the order of the confirmation.
  [
    ["tsize", "0", "blksize", "1468", "windowsize", "4"],
    ["tsize", "70000", "blksize", "1468", "windowsize", "4"],
  ],
];
const without: string[][] = [
  ["blksize", "7"],
  ["blksize", "65465"],
  ["blksize", "0x200"],
  ["blksize", ""],
  ["windowsize", "0"],
  ["windowsize", "65536"],
  ["timeout", "0"],
  ["timeout", "256"],
  ["tsize", "-1"],
  ["unknown_option", "42"],
  ["blksize"],
];

describe("options", { concurrency: true }, () => {
  for (const [asked, answered] of answers) {
    test(`${asked.join(" ")} is answered ${answered.join(" ")}`, async () => {
      await using client = await fixture.client();
      await client.read("file", ...asked);
      await client.oack(...answered);
    });
  }

  for (const asked of without) {
    test(`unknown_option: ${JSON.stringify(asked)} alone is as if nothing was asked`, async () => {
      await using client = await fixture.client();
      await client.read("file", ...asked);
      await client.data(1, content.subarray(0, 512));
    });
  }

  test("no DATA before the OACK has its ACK 0", async () => {
    await using client = await fixture.client();
    await client.read("file", "blksize", "1024", "timeout", "9");
    const port = await client.oack("blksize", "1024", "timeout", "9");
    await client.ack(1, port);
    await client.silence(60);
    await client.ack(0, port);
    await client.data(1, content.subarray(0, 1024));
  });

  test("a size probe ends with error 8 and is logged as a probe", async () => {
    await using client = await fixture.client();
    await client.read("file", "tsize", "0", "blksize", "1468", "windowsize", "4");
    const { port } = await client.next();
    await client.send(Buffer.from("\0\x05\0\x08User aborted the transfer\0", "latin1"), port);
    await client.silence(300);
    assert.deepEqual(fixture.eventsOf(client), ["tftp.probe"]);
  });

  test("an old ROM's probe, given up after the first block with error 0, is one too", async () => {
    await using client = await fixture.client();
    await client.read("file", "tsize", "0");
    const { port } = await client.next();
    await client.ack(0, port);
    await client.data(1);
    await client.send(Buffer.from("\0\x05\0\0TFTP Aborted\0", "latin1"), port);
    await client.silence(300);
    assert.deepEqual(fixture.eventsOf(client), ["tftp.probe"]);
  });

  test("an error in the middle is an abort", async () => {
    await using client = await fixture.client();
    await client.read("file");
    const port = await client.data(1);
    await client.send(Buffer.from("\0\x05\0\x03Disk full\0", "latin1"), port);
    await client.silence(300);
    assert.deepEqual(fixture.eventsOf(client), ["tftp.aborted"]);
  });

  test("the size of a text whose line ends change is not promised", async () => {
    await using client = await fixture.client();
    await client.request(1, "text", "netascii", "tsize", "0", "blksize", "100");
    await client.oack("blksize", "100");
  });

  test("timeout 1 is waited for, not less", async () => {
    await using client = await fixture.client();
    await client.read("file", "timeout", "1");
    await client.ack(0, await client.oack("timeout", "1"));
    await client.data(1);
    await client.silence(800);
    await client.data(1);
  });
});

test("a machine that supports no options gets none, one that supports small blocks gets those", () => {
  const asked = new Map([
    ["blksize", "1468"],
    ["tsize", "0"],
  ]);
  assert.equal(agree(asked, 5, { ignoreOptions: true }).agreed.size, 0);
  assert.deepEqual(
    [...agree(asked, 5, { maxBlockSize: 1024 }).agreed],
    [
      ["blksize", "1024"],
      ["tsize", "5"],
    ],
  );
});
