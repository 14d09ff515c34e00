/** Effects of a machine's quirks on the wire, as curl and the transfer's events show them. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import type { ClientQuirks } from "../../../pxe/tftp/options.ts";
import { startFixture } from "./client.ts";

const curl = "/usr/bin/curl";
const skip = existsSync(curl) ? false : `${curl} is not installed`;
if (skip) console.log(`skipped: ${skip}`);
const content = randomBytes(70_000);

/**
 * Returns the data that curl received when it asked for 1432-byte blocks, the size of our blocks, and the
 * final event.
 */
async function fetchWith(quirks: ClientQuirks) {
  const asked: string[] = [];
  const fixture = await startFixture({
    quirks: (address) => {
      asked.push(address);
      return quirks;
    },
  });
  try {
    fixture.write("snponly.efi", content);
    const { stdout } = await promisify(execFile)(
      curl,
      ["-s", "--max-time", "20", "--tftp-blksize", "1432", `tftp://127.0.0.1:${fixture.port}/snponly.efi`],
      { encoding: "buffer", maxBuffer: 1 << 20 },
    );
    while (fixture.events.length === 0) await new Promise((done) => setTimeout(done, 5));
    assert.ok(stdout.equals(content), "whatever was agreed, the file is the file");
    assert.deepEqual(asked, ["127.0.0.1"]);
    return fixture.events[0]?.detail;
  } finally {
    await fixture.close();
  }
}

const told = { file: "snponly.efi", bytes: content.length };

test("without quirks curl gets the blocks it asks for", { skip }, async () => {
  assert.deepEqual(await fetchWith({}), { ...told, blockSize: 1432, options: true });
});

test("a machine that is sent 512-byte blocks at most gets those", { skip }, async () => {
  assert.deepEqual(await fetchWith({ maxBlockSize: 512 }), { ...told, blockSize: 512, options: true });
});

test("a machine that does not understand options gets data at once", { skip }, async () => {
  assert.deepEqual(await fetchWith({ ignoreOptions: true }), { ...told, blockSize: 512, options: false });
});
