/**
 * Reading, packet by packet. The names before the colon are those of FreeBSD tftpd's functional tests, where
 * a case exists there.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startFixture } from "./client.ts";

const medium = randomBytes(768);
const thirteen = randomBytes(13 * 512 - 4);
let fixture: Awaited<ReturnType<typeof startFixture>>;

before(async () => {
  fixture = await startFixture();
  fixture.write("small.txt", "small");
  fixture.write("empty.txt", "");
  fixture.write("medium.txt", medium);
  fixture.write("exact", medium.subarray(0, 512));
  fixture.write("rfc7440.txt", thirteen);
  fixture.write("unix.txt", "foo\nbar\rbaz\n");
  fixture.write("private", "private");
  chmodSync(`${fixture.root}/private`, 0);
});
after(() => fixture.close());

const block = (content: Buffer, number: number) => content.subarray((number - 1) * 512, number * 512);

describe("a read of RFC 1350", { concurrency: true }, () => {
  test("rrq_small: less than a block is one block", async () => {
    await using client = await fixture.client();
    await client.read("small.txt");
    await client.ack(1, await client.data(1, "small"));
    await client.silence(300);
    assert.deepEqual(fixture.eventsOf(client), ["tftp.complete"]);
  });

  test("abspath, s_flag: an absolute name is below our folder", async () => {
    await using client = await fixture.client();
    await client.read("/small.txt");
    await client.data(1, "small");
  });

  test("rrq_medium: two blocks, the second after the ACK of the first", async () => {
    await using client = await fixture.client();
    await client.read("medium.txt");
    const port = await client.data(1, block(medium, 1));
    await client.silence(60);
    await client.ack(1, port);
    await client.ack(2, await client.data(2, block(medium, 2)));
    await client.silence(300);
  });

  test("rrq_empty: an empty file is one empty block", async () => {
    await using client = await fixture.client();
    await client.read("empty.txt");
    await client.ack(1, await client.data(1, ""));
    await client.silence(300);
  });

  test("a file of exactly one block ends with an empty one", async () => {
    await using client = await fixture.client();
    await client.read("exact");
    await client.ack(1, await client.data(1, block(medium, 1)));
    await client.ack(2, await client.data(2, ""));
    await client.silence(300);
    assert.deepEqual(fixture.eventsOf(client), ["tftp.complete"]);
  });

  test("rrq_dropped_ack: the block comes again", async () => {
    await using client = await fixture.client();
    await client.read("small.txt");
    await client.data(1, "small");
    await client.ack(1, await client.data(1, "small"));
    await client.silence(300);
  });

  test("rrq_dropped_data: the block comes again", async () => {
    await using client = await fixture.client();
    await client.read("medium.txt");
    const port = await client.data(1);
    await client.ack(1, port);
    await client.data(2);
    await client.ack(1, port);
    await client.ack(2, await client.data(2, block(medium, 2)));
  });

  test("rrq_duped_ack: the block does not come twice at once (RFC 1123, the Sorcerer's Apprentice)", async () => {
    await using client = await fixture.client();
    await client.read("medium.txt", "timeout", "9");
    const port = await client.oack("timeout", "9");
    await client.ack(0, port);
    await client.data(1);
    for (let times = 0; times < 5; times++) await client.ack(1, port);
    await client.data(2);
    await client.silence(300);
  });

  test("an old ACK changes nothing", async () => {
    await using client = await fixture.client();
    await client.read("rfc7440.txt", "timeout", "9");
    const port = await client.oack("timeout", "9");
    await client.ack(0, port);
    await client.data(1);
    await client.ack(1, port);
    await client.data(2);
    await client.ack(2, port);
    await client.data(3);
    await client.ack(1, port);
    await client.ack(60_000, port);
    await client.silence(60);
    await client.ack(3, port);
    await client.data(4);
  });

  test("rrq_netascii: LF becomes CR LF, CR becomes CR NUL", async () => {
    await using client = await fixture.client();
    await client.request(1, "unix.txt", "NetASCII");
    await client.data(1, "foo\r\nbar\r\0baz\r\n");
  });

  test("rrq_nonexistent: error 1", async () => {
    await using client = await fixture.client();
    await client.read("nonexistent.txt");
    await client.error(1);
    assert.deepEqual(fixture.eventsOf(client), ["tftp.refused"]);
  });

  test("rrq_path_max: a name longer than any path is a file that is not there", async () => {
    await using client = await fixture.client();
    await client.read(`A${"X".repeat(5000)}.txt`);
    await client.error(1);
  });

  test("unknown_modes: error 4", async () => {
    for (const mode of ["ascii", "binary", "en_US.UTF-8", "mail"]) {
      await using client = await fixture.client();
      await client.request(1, "small.txt", mode);
      await client.error(4);
    }
  });

  test("unknown_opcode: error 4", async () => {
    await using client = await fixture.client();
    await client.request(7, "small.txt", "octet");
    await client.error(4);
  });

  test("a request without a mode or a name: error 4", async () => {
    await using client = await fixture.client();
    await client.request(1, "small.txt");
    await client.error(4);
    await client.request(1, "", "octet");
    await client.error(4);
  });

  test("wrq: writing is refused, whatever the name", async () => {
    for (const name of ["new.txt", "small.txt", "../small.txt"]) {
      await using client = await fixture.client();
      await client.request(2, name, "octet");
      await client.error(2);
    }
  });

  test("errors, ACKs and data without a transfer are not answered", async () => {
    await using client = await fixture.client();
    for (const opcode of [3, 4, 5, 6]) await client.send(Buffer.of(0, opcode, 0, 1, 0));
    await client.silence(300);
  });
});

describe("a window of RFC 7440", { concurrency: true }, () => {
  test("rrq_medium_window: both blocks at once", async () => {
    await using client = await fixture.client();
    await client.read("medium.txt", "windowsize", "2");
    await client.ack(0, await client.oack("windowsize", "2"));
    await client.data(1, block(medium, 1));
    await client.ack(2, await client.data(2, block(medium, 2)));
    await client.silence(300);
  });

  test("rrq_window_rfc7440: the example of the RFC, with its loss and its lost ACK", async () => {
    await using client = await fixture.client();
    await client.read("rfc7440.txt", "windowsize", "4");
    await client.ack(0, await client.oack("windowsize", "4"));
    const window = async (first: number, last: number) => {
      let port = 0;
      for (let number = first; number <= last; number++) port = await client.data(number, block(thirteen, number));
      return port;
    };
    await client.ack(4, await window(1, 4));
    await client.ack(5, await window(5, 8));
    await client.ack(9, await window(6, 9));
    await window(10, 13);
    await client.ack(13, await window(10, 13));
    await client.silence(300);
    assert.deepEqual(fixture.eventsOf(client), ["tftp.complete"]);
  });

  test("the first block of a window is lost: the ACK that comes again brings it back, once", async () => {
    await using client = await fixture.client();
    await client.read("rfc7440.txt", "windowsize", "4", "timeout", "9");
    const port = await client.oack("windowsize", "4", "timeout", "9");
    await client.ack(0, port);
    for (let number = 1; number <= 4; number++) await client.data(number);
    for (let times = 0; times < 3; times++) await client.ack(0, port);
    for (let number = 1; number <= 4; number++) await client.data(number);
    await client.silence(60);
  });

  test("an ACK that comes twice does not repeat a window that arrives", async () => {
    await using client = await fixture.client();
    await client.read("rfc7440.txt", "windowsize", "4", "timeout", "9");
    const port = await client.oack("windowsize", "4", "timeout", "9");
    // Simulates a slow network. On a fast one, the server would resend the window whenever this program is
    // delayed by some milliseconds.
    await sleep(300);
    await client.ack(0, port);
    for (let number = 1; number <= 4; number++) await client.data(number);
    await client.ack(4, port);
    await client.ack(4, port);
    for (let number = 5; number <= 8; number++) await client.data(number);
    await client.ack(8, port);
    await client.data(9);
  });

  test("an ACK beyond what was sent has no effect", async () => {
    await using client = await fixture.client();
    await client.read("rfc7440.txt", "windowsize", "2", "timeout", "9");
    const port = await client.oack("windowsize", "2", "timeout", "9");
    await client.ack(0, port);
    await client.data(1);
    await client.data(2);
    await client.ack(9, port);
    await client.silence(60);
    await client.ack(2, port);
    await client.data(3);
  });
});

test("rrq_eaccess: error 2", async () => {
  const root = process.getuid?.() === 0;
  await using client = await fixture.client();
  chmodSync(fixture.folder, 0o711); // root can read everything, so run as another user
  if (root) process.seteuid?.(65_534);
  try {
    await client.read("private");
    await client.error(2);
  } finally {
    if (root) process.seteuid?.(0);
  }
});
