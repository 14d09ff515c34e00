/**
 * Packets that several transfers share: their memory is bounded, and they never belong to another version of
 * the file.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { utimesSync } from "node:fs";
import { test } from "node:test";
import { KeptPackets, type Stretch } from "../../../pxe/tftp/kept-packets.ts";
import { fetchFile, startFixture } from "./client.ts";

const stretch = (first: number, bytes = 100): Stretch => ({
  first,
  memory: Buffer.alloc(bytes),
  payloads: [],
  filled: 1,
  end: bytes,
  shared: false,
});

test("a file that has no room is not kept, and only its transfer holds its packets", () => {
  const kept = new KeptPackets(250);
  const all = [stretch(1), stretch(2), stretch(3)];
  for (const one of all) kept.keep("a", one, 0);
  assert.deepEqual(
    all.map(({ shared }) => shared),
    [true, true, false],
  );
  assert.equal(kept.get("a", 3), undefined);
});

test("a file that was not fetched for a minute makes room for another, one fetched recently does not", () => {
  const kept = new KeptPackets(200);
  kept.keep("old", stretch(1), 0);
  kept.keep("fresh", stretch(1), 50_000);
  kept.keep("new", stretch(1), 70_000);
  assert.deepEqual(
    ["old", "fresh", "new"].map((key) => kept.get(key, 1) !== undefined),
    [false, true, true],
  );
  const refused = stretch(2);
  kept.keep("new", refused, 80_000);
  assert.equal(refused.shared, false);
});

test("of two transfers that made the same packets one gives them to all", () => {
  const kept = new KeptPackets();
  const [first, second] = [stretch(1), stretch(1)];
  kept.keep("a", first);
  kept.keep("a", second);
  assert.equal(kept.get("a", 1), first);
  assert.deepEqual([first.shared, second.shared], [true, false]);
});

test("clients of one file get it whole, one after the other and at once, and a new version of it as it is then", async () => {
  const fixture = await startFixture();
  try {
    const fetch = async () => {
      await using client = await fixture.client();
      return await fetchFile(client, "loader", { blockSize: 1468, window: 16 });
    };
    for (const [version, content] of [randomBytes(700_000), randomBytes(700_000)].entries()) {
      fixture.write("loader", content);
      utimesSync(`${fixture.root}/loader`, 1_700_000_000 + version, 1_700_000_000 + version);
      assert.deepEqual(await fetch(), content);
      for (const received of await Promise.all([fetch(), fetch(), fetch()])) assert.deepEqual(received, content);
    }
  } finally {
    await fixture.close();
  }
});
