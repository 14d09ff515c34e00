/** Whole files: every size, block and window, with loss, and with a file or client that disappears. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { until } from "../../support/until.ts";
import { fetchFile, startFixture, TftpClient } from "./client.ts";

const sizes = [0, 1, 511, 512, 513, 1468, 512 * 3, 1468 * 64, 64 * 1024, 400_001];
const content = randomBytes(400_001);
const rolling = randomBytes(65_540 * 512 + 100);
let fixture: Awaited<ReturnType<typeof startFixture>>;

before(async () => {
  fixture = await startFixture();
  for (const size of sizes) fixture.write(`${size}`, content.subarray(0, size));
  fixture.write("rolling", rolling);
  fixture.write("text", "line\n\r".repeat(40_000));
});
after(() => fixture.close());

/** The same faults in every run. */
function faults(seed: number, lost: number, twice: number) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const dice = state / 2_147_483_648;
    return dice < lost ? ("lost" as const) : dice < lost + twice ? ("twice" as const) : ("arrives" as const);
  };
}

describe("files of every size", { concurrency: true }, () => {
  for (const [blockSize, window] of [
    [512, 1],
    [8, 64],
    [1468, 1],
    [1428, 4],
    [512, 16],
    [1468, 64],
  ] as const) {
    test(`in blocks of ${blockSize}, ${window} at once`, async () => {
      for (const size of sizes) {
        if (blockSize === 8 && size > 100_000) continue;
        await using client = await fixture.client();
        assert.deepEqual(await fetchFile(client, `${size}`, { blockSize, window }), content.subarray(0, size), `${size} bytes`);
      }
    });
  }

  test("block numbers start again at 0 after 65535, with losses there", async () => {
    await using client = await fixture.client();
    const faulty = faults(7, 0.1, 0.05);
    const fate = (n: number) => (n > 65_450 ? faulty() : ("arrives" as const));
    assert(rolling.equals(await fetchFile(client, "rolling", { window: 64, fate })));
  });

  test("a text longer than any buffer has all its line ends", async () => {
    await using client = await fixture.client();
    const text = await fetchFile(client, "text", { blockSize: 1000, mode: "netascii" });
    assert(text.equals(Buffer.from("line\r\n\r\0".repeat(40_000))));
  });
});

describe("a network that loses and repeats", { concurrency: true }, () => {
  for (const window of [1, 4, 16, 64]) {
    for (const seed of [1, 2, 3]) {
      test(`5 % lost, 5 % twice, both ways: window ${window}, seed ${seed}`, async () => {
        await using client = await fixture.client();
        const options = { blockSize: 1468, window, fate: faults(seed, 0.05, 0.05), ackFate: faults(seed + 100, 0.05, 0.05) };
        assert(content.equals(await fetchFile(client, "400001", options)));
      });
    }
    test(`every block and every ACK twice: window ${window}`, async () => {
      await using client = await fixture.client();
      const twice = () => "twice" as const;
      assert(content.equals(await fetchFile(client, "400001", { window, fate: twice, ackFate: twice })));
    });
  }

  test("a machine that starts what it loaded without confirming the end has its file", async () => {
    await using client = await fixture.client();
    await client.read("513");
    await client.ack(1, await client.data(1));
    while (fixture.eventsOf(client).length === 0) await client.mail(1000);
    assert.match(
      fixture.events.find(({ address }) => address === client.address)?.summary ?? "",
      /513 bytes, but the last of them were not confirmed/,
    );
  });
});

describe("packets for a stranger", { concurrency: true }, () => {
  test("a packet from another port is refused with error 5 and the transfer goes on", async () => {
    await using client = await fixture.client();
    await using stranger = await TftpClient.open(fixture.port, client.address);
    await client.read("1468");
    const port = await client.data(1);
    for (const bytes of [Buffer.of(0, 4, 0, 1), Buffer.from("\0\x05\0\0no\0", "latin1"), Buffer.alloc(0)]) {
      await stranger.send(bytes, port);
      await stranger.error(5);
    }
    await client.ack(1, port);
    await client.data(2, content.subarray(512, 1024));
  });

  test("a packet from another address is too", async () => {
    await using client = await fixture.client();
    await using stranger = await fixture.client();
    await client.read("1468");
    const port = await client.data(1);
    await stranger.ack(1, port);
    await stranger.error(5);
    await client.ack(1, port);
    await client.data(2);
  });

  test("garbage from the client itself is ignored", async () => {
    await using client = await fixture.client();
    await client.read("1468");
    const port = await client.data(1);
    for (const bytes of [Buffer.alloc(0), Buffer.of(0), Buffer.of(0, 4), randomBytes(900).fill(9, 0, 2)]) await client.send(bytes, port);
    await client.ack(1, port);
    await client.data(2);
  });

  for (const options of [[], ["blksize", "1468", "windowsize", "64", "tsize", "0"]]) {
    test(`a client that never confirms anything gets three packets: ${options.length === 0 ? "DATA" : "OACK"}`, async () => {
      await using client = await fixture.client();
      await client.read("400001", ...options);
      for (let times = 0; times < 3; times++) assert((await client.next(6000)).bytes.length <= 516);
      await client.silence(5000);
      await until("it gives up", () => fixture.eventsOf(client).length > 0);
      assert.deepEqual(fixture.eventsOf(client), ["tftp.gave-up"]);
    });
  }

  test("the waits between the packets grow", async () => {
    await using client = await fixture.client();
    await client.read("1468");
    const port = await client.data(1);
    const begun = performance.now();
    await client.ack(1, port);
    await client.data(2);
    // The least waits are 100, 200, 400, 800 and 1600 ms. A slow machine only adds to them.
    for (const least of [100, 300, 700, 1500, 3100]) {
      await client.data(2);
      const elapsed = performance.now() - begun;
      assert(elapsed >= least, `repeated after ${elapsed} ms, and ${least} ms is the least`);
    }
  });
});

describe("limits", { concurrency: true }, () => {
  test("a request sent again from the same port is one transfer", async () => {
    await using client = await fixture.client();
    await client.read("1468", "timeout", "5");
    await client.read("1468", "timeout", "5");
    const port = await client.oack("timeout", "5");
    await client.read("1468", "timeout", "5");
    await client.silence(300);
    await client.ack(0, port);
    await client.data(1);
  });

  test("the ninth transfer of one machine waits until one of the eight has ended", async () => {
    await using first = await fixture.client();
    const others = await Promise.all(Array.from({ length: 8 }, () => TftpClient.open(fixture.port, first.address)));
    const ninth = others.pop()!;
    await first.read("1468", "timeout", "9");
    const port = await first.oack("timeout", "9");
    for (const other of others) {
      await other.read("1468", "timeout", "9");
      await other.oack("timeout", "9");
    }
    await ninth.read("1468");
    await ninth.silence(300);
    await using stranger = await fixture.client();
    await stranger.read("1");
    await stranger.data(1);
    await first.send(Buffer.from("\0\x05\0\0stop\0", "latin1"), port);
    await first.silence(200);
    await ninth.read("1468");
    await ninth.data(1);
    for (const other of [...others, ninth]) await other[Symbol.asyncDispose]();
  });
});

describe("a file that changes while it is sent", { concurrency: true }, () => {
  const changes: [name: string, change: (path: string) => void, whole: boolean][] = [
    ["cut short", (path) => truncateSync(path, 200_000), false],
    ["made longer", (path) => appendFileSync(path, "more"), false],
    ["written over", (path) => writeFileSync(path, randomBytes(content.length)), false],
    ["removed", (path) => rmSync(path), true],
    [
      "replaced by another",
      (path) => {
        writeFileSync(`${path}.new`, randomBytes(content.length));
        renameSync(`${path}.new`, path);
      },
      true,
    ],
  ];
  for (const [name, change, whole] of changes) {
    test(`${name}: ${whole ? "the old one comes whole" : "the transfer ends with an error, never with half of each"}`, async () => {
      const path = join(fixture.root, `changing ${name}`);
      writeFileSync(path, content);
      await using client = await fixture.client();
      const fate = (n: number) => {
        if (n === 20) change(path);
        return "arrives" as const;
      };
      const fetched = fetchFile(client, `changing ${name}`, { fate });
      if (whole) assert(content.equals(await fetched));
      else {
        await assert.rejects(fetched, /aborted the transfer/);
        await client.silence(100);
        assert.deepEqual(fixture.eventsOf(client), ["tftp.failed"]);
      }
    });
  }

  test("fifty transfers of an 8 GiB file hold little memory", async () => {
    const path = join(fixture.root, "huge");
    writeFileSync(path, "");
    truncateSync(path, 8 * 2 ** 30);
    const before = process.memoryUsage().arrayBuffers;
    const clients = await Promise.all(Array.from({ length: 50 }, () => fixture.client()));
    for (const client of clients) {
      await client.read("huge", "tsize", "0", "blksize", "1468", "windowsize", "16");
      await client.ack(0, await client.oack("tsize", "8589934592", "blksize", "1468", "windowsize", "16"));
      await client.data(1, Buffer.alloc(1468));
    }
    assert(process.memoryUsage().arrayBuffers - before < 50 * 2 * 128 * 1024);
    for (const client of clients) await client[Symbol.asyncDispose]();
  });
});
