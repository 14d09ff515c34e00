/** The key that signs the audit is written whole, and its loss is never covered up by a new key. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openSigner, readSigningKey } from "../../../daemon/audit/signer.ts";

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-signer-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("the first start creates the key, and the next start uses the same key", (t) => {
  const folder = place(t);
  assert.equal(readSigningKey(folder), undefined);
  openSigner(folder);
  const first = readFileSync(join(folder, "key.pem"), "utf8");
  openSigner(folder);
  assert.equal(readFileSync(join(folder, "key.pem"), "utf8"), first);
  assert.equal(statSync(join(folder, "key.pem")).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder).sort(), ["key.pem", "key.pub"]);
});

test("a draft that a crash left behind does not become the key", (t) => {
  const folder = place(t);
  writeFileSync(join(folder, "key.pem.new"), "-----BEGIN PRIV", { mode: 0o644 });
  openSigner(folder);
  assert.ok(readSigningKey(folder));
  assert.equal(statSync(join(folder, "key.pem")).mode & 0o777, 0o600);
});

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
for (const [what, spoil] of [
  ["is empty", (file: string) => writeFileSync(file, "")],
  ["is cut", (file: string) => writeFileSync(file, readFileSync(file, "utf8").slice(0, 60))],
  ["is another kind of key", (file: string) => writeFileSync(file, rsa)],
  ["is missing next to its public key", (file: string) => rmSync(file)],
] as const)
  test(`a key that ${what} is named, and the next step with it`, (t) => {
    const folder = place(t);
    openSigner(folder);
    const published = readFileSync(join(folder, "key.pub"), "utf8");
    spoil(join(folder, "key.pem"));
    assert.throws(
      () => openSigner(folder),
      (error: Error & { code: string; hint: string }) =>
        error.code === "AUDIT_KEY_UNUSABLE" && error.message.includes(join(folder, "key.pem")) && /backup/.test(error.hint),
    );
    assert.equal(readFileSync(join(folder, "key.pub"), "utf8"), published);
  });
