import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pcapRecord } from "../../../pxe/capture/pcap.ts";
import { CaptureRings, type RingLimits, readRing } from "../../../pxe/capture/rings.ts";

const mac = "52:54:00:00:00:01";

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-rings-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function openRings(folder: string, limits?: RingLimits): CaptureRings {
  const rings = new CaptureRings(folder, limits);
  rings.open();
  return rings;
}

const numbered = (number: number, length = 100) => {
  const packet = Buffer.alloc(length);
  packet.writeUInt32BE(number);
  return pcapRecord(1_700_000_000_000 + number, packet);
};
const numbersIn = (folder: string, of = mac) => readRing(folder, of).map(({ packet }) => packet.readUInt32BE());
const bytesIn = (folder: string) => readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
const macOf = (number: number) => `52:54:00:00:01:${number.toString(16).padStart(2, "0")}`;

test("written packets are read in their order, with their time", (t) => {
  const folder = folderFor(t);
  const rings = openRings(folder);
  for (let number = 0; number < 10; number++) rings.append(mac, numbered(number));
  assert.deepEqual(
    readRing(folder, mac).map(({ atMs, packet }) => [atMs, packet.readUInt32BE()]),
    Array.from({ length: 10 }, (_, number) => [1_700_000_000_000 + number, number]),
  );
});

test("nothing is known of a machine that was never heard", (t) => assert.deepEqual(readRing(folderFor(t), mac), []));

test("a machine keeps its newest packets, half of its room at least, and never more than its room", (t) => {
  const folder = folderFor(t);
  const rings = openRings(folder, { machineBytes: 16_384, totalBytes: 1_000_000 });
  for (let number = 0; number < 1000; number++) {
    rings.append(mac, numbered(number));
    assert.ok(bytesIn(folder) <= 16_384 + 2 * 24);
  }
  const kept = numbersIn(folder);
  assert.ok(kept.length * 116 >= 8_000, `${kept.length} packets`);
  assert.deepEqual(
    kept,
    kept.map((_, index) => 1000 - kept.length + index),
  );
});

test("all machines together keep to their room: who was silent longest is forgotten", (t) => {
  const folder = folderFor(t);
  const limits = { machineBytes: 16_384, totalBytes: 40_960 };
  const rings = openRings(folder, limits);
  for (let number = 0; number < 10; number++) rings.append(macOf(number), numbered(number));
  rings.append(macOf(0), numbered(100)); // used again, so it is not the next to be dropped
  rings.append(macOf(10), numbered(10));
  assert.ok(readdirSync(folder).length * 4096 <= limits.totalBytes);
  assert.deepEqual(numbersIn(folder, macOf(0)), [0, 100]);
  assert.deepEqual(numbersIn(folder, macOf(1)), []);
  assert.deepEqual(numbersIn(folder, macOf(10)), [10]);
});

test("the bounds hold over restarts", (t) => {
  const folder = folderFor(t);
  const limits = { machineBytes: 16_384, totalBytes: 40_960 };
  for (let number = 0; number < 30; number++) openRings(folder, limits).append(macOf(number), numbered(number, 3000));
  assert.ok(readdirSync(folder).length <= 10);
  assert.deepEqual(numbersIn(folder, macOf(29)), [29]);
  assert.deepEqual(numbersIn(folder, macOf(0)), []);
});

test("half a record at the end is not read, and written over after a restart", (t) => {
  for (let cut = 1; cut < 116; cut += 13) {
    const folder = folderFor(t);
    openRings(folder).append(mac, numbered(1));
    appendFileSync(join(folder, "525400000001.pcap"), numbered(2).subarray(0, cut));
    assert.deepEqual(numbersIn(folder), [1]);
    openRings(folder).append(mac, numbered(3));
    assert.deepEqual(numbersIn(folder), [1, 3]);
  }
});

const writer = `
  import { CaptureRings } from ${JSON.stringify(join(import.meta.dirname, "../../../pxe/capture/rings.ts"))};
  import { pcapRecord } from ${JSON.stringify(join(import.meta.dirname, "../../../pxe/capture/pcap.ts"))};
  const rings = new CaptureRings(process.argv[1], { machineBytes: 32768, totalBytes: 1048576 });
  rings.open();
  process.stdout.write("writing\\n");
  for (let number = Number(process.argv[2]); ; number++) {
    const packet = Buffer.alloc(700);
    packet.writeUInt32BE(number);
    rings.append("${mac}", pcapRecord(number, packet));
    if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
`;

test("a writer killed at any moment leaves a story without gaps, also for who reads meanwhile", async (t) => {
  const folder = folderFor(t);
  for (let round = 0; round < 3; round++) {
    const before = numbersIn(folder).at(-1) ?? -1;
    const child = spawn(process.execPath, ["--input-type=module", "-e", writer, folder, String(before + 1)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    for (let newest = before; newest < before + 300; ) {
      const seen = numbersIn(folder);
      newest = seen.at(-1) ?? before;
      assert.deepEqual(
        seen,
        seen.map((_, index) => (seen[0] ?? 0) + index),
      );
    }
    child.kill("SIGKILL");
    await once(child, "exit");
    const left = numbersIn(folder);
    assert.deepEqual(
      left,
      left.map((_, index) => (left[0] ?? 0) + index),
    );
  }
});
