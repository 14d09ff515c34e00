/** The places of transfers: who gets one, who loses one, and a machine that begins again from the same port. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { TransferAdmission } from "../../../pxe/tftp/admission.ts";
import { silentLog } from "../../support/log.ts";
import { until } from "../../support/until.ts";
import { startFixture, TftpClient } from "./client.ts";

const large = randomBytes(512 * 40);
const warnings: string[] = [];
let fixture: Awaited<ReturnType<typeof startFixture>>;

before(async () => {
  fixture = await startFixture({ log: { ...silentLog, warn: (_, message) => warnings.push(message) } });
  fixture.write("large", large);
  fixture.write("config.txt", "x".repeat(700));
  fixture.write("other.txt", "another file");
});
after(() => fixture.close());

const wants = ["tsize", "0", "blksize", "512"];

test("a machine that was reset in the middle of a transfer gets the file from the beginning, at once, on the same port", async () => {
  await using client = await fixture.client();
  await client.read("large", ...wants);
  const first = await client.oack("tsize", `${large.length}`, "blksize", "512");
  await client.ack(0, first);
  for (let number = 1; number <= 20; number++) await client.ack(number, await client.data(number));
  await client.data(21);
  await client.read("large", ...wants);
  const second = await client.oack("tsize", `${large.length}`, "blksize", "512");
  await client.ack(0, second);
  assert.equal(await client.data(1, large.subarray(0, 512)), second);
  assert.deepEqual(fixture.eventsOf(client), ["tftp.replaced"]);
});

test("a machine that asks for another file on the same port gets that file at once", async () => {
  await using client = await fixture.client();
  await client.read("config.txt", "tsize", "0");
  await client.ack(0, await client.oack("tsize", "700"));
  await client.data(1);
  await client.read("other.txt");
  await client.ack(1, await client.data(1, "another file"));
  await until("the second transfer has ended", () => fixture.eventsOf(client).length === 2);
  assert.deepEqual(fixture.eventsOf(client), ["tftp.replaced", "tftp.complete"]);
});

for (const [words, options] of [
  ["another file", ["other.txt"]],
  ["other options", ["large", "blksize", "1024"]],
] as [string, [string, ...string[]]][])
  test(`before the first acknowledgement, a request for ${words} replaces the one before it`, async () => {
    await using client = await fixture.client();
    await client.read("large", ...wants);
    await client.oack("tsize", `${large.length}`, "blksize", "512");
    await client.read(...options);
    if (options.length === 1) await client.data(1, "another file");
    else await client.oack("blksize", "1024");
  });

test("a request that came twice before an acknowledgement gives one transfer", async () => {
  await using client = await fixture.client();
  await client.read("other.txt");
  await client.read("other.txt");
  await client.ack(1, await client.data(1, "another file"));
  await client.silence(200);
  assert.deepEqual(fixture.eventsOf(client), ["tftp.complete"]);
});

test("when forged requests hold all places, another machine gets its file at once, and the log warns once", async () => {
  const { port } = fixture;
  const flood = [];
  for (let host = 0; host < 79; host++) for (let each = 0; each < 8; each++) flood.push(await TftpClient.open(port, `127.9.0.${host + 1}`));
  for (const forged of flood) await forged.read("large", "timeout", "255");
  await using machine = await fixture.client();
  await machine.read("other.txt", "tsize", "0");
  await machine.ack(0, await machine.oack("tsize", "12"));
  await machine.ack(1, await machine.data(1, "another file"));
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /all TFTP places are taken/);
  for (const forged of flood) await forged[Symbol.asyncDispose]();
});

test("a transfer that a machine acknowledged is never displaced; when all are such, a new request is ignored", () => {
  let full = 0;
  const admission = new TransferAdmission(() => {
    full += 1;
  });
  const begin = () => undefined;
  const places = Array.from({ length: 512 }, (_, n) => ({ address: `10.0.${n >> 8}.${n & 255}`, port: 2070 }));
  for (const client of places)
    assert.equal(
      admission.ask(client, "f", (place) => {
        place.heard = true;
      }),
      "queued",
    );
  return new Promise<void>((resolve) => {
    const look = () => {
      if (admission.ask({ address: "10.1.0.1", port: 1 }, "f", begin) === "too many") {
        assert.ok(full > 0);
        admission.close();
        resolve();
      } else assert.fail("an acknowledged transfer was displaced");
    };
    // All places begin in later turns of the event loop, sixteen a turn.
    let turns = 0;
    const wait = () => (++turns > 64 ? look() : setImmediate(wait));
    wait();
  });
});
