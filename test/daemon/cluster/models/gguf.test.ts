/** Files that are no models, or not whole ones. A real model is read in `memory.cluster.test.ts`. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readGguf } from "../../../../daemon/cluster/models/gguf.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-gguf-"));
after(() => rmSync(folder, { recursive: true }));

function beginning(version: number, tensors: bigint, entries: bigint): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.write("GGUF");
  bytes.writeUInt32LE(version, 4);
  bytes.writeBigUInt64LE(tensors, 8);
  bytes.writeBigUInt64LE(entries, 16);
  return bytes;
}

const text = (value: string): Buffer => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([length, Buffer.from(value)]);
};
const STRING = Buffer.from([8, 0, 0, 0]);

for (const [what, content, reason] of [
  ["an empty file", Buffer.alloc(0), /is not a GGUF file/],
  ["another format", Buffer.from("PK\x03\x04 this is a zip archive"), /is not a GGUF file/],
  ["an old version", beginning(1, 1n, 1n), /version 1 of GGUF/],
  ["a version in the other byte order", beginning(0x03000000, 1n, 1n), /version 50331648 of GGUF/],
  ["a header that names billions of entries", beginning(3, 1n, 1n << 60n), /more than 100000 tensors or entries/],
  ["a header that names billions of tensors", beginning(3, 1n << 40n, 1n), /more than 100000 tensors or entries/],
  ["a file that ends in its header", beginning(3, 5n, 40n), /names no architecture|cannot be read/],
  [
    "a text that claims to be longer than the file",
    Buffer.concat([beginning(3, 0n, 1n), Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0])]),
    /the header of .* cannot be read/,
  ],
  ["no architecture", Buffer.concat([beginning(3, 0n, 1n), text("general.name"), STRING, text("x")]), /names no architecture/],
  [
    "a model of another kind",
    Buffer.concat([beginning(3, 0n, 1n), text("general.architecture"), STRING, text("clip")]),
    /no block_count, so it is not a language model/,
  ],
] as const) {
  test(`${what} is refused with the reason`, async () => {
    const file = join(folder, `${what.replaceAll(" ", "-")}.gguf`);
    writeFileSync(file, content);
    await assert.rejects(readGguf(file), (error: Error & { code?: string }) => {
      assert.equal(error.code, "MODEL_INVALID");
      assert.match(error.message, reason);
      return true;
    });
  });
}
