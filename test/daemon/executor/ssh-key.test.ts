/** The executor's key from the real ssh-keygen: created once, and complete after a kill at any moment. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ensureSshKey } from "../../../daemon/executor/ssh-key.ts";

function home(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-key-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
const read = (folder: string, name = "id_ed25519"): string => readFileSync(join(folder, name), "utf8");
const publicHalf = (folder: string): string => execFileSync("ssh-keygen", ["-y", "-f", join(folder, "id_ed25519")], { encoding: "utf8" });

test("both halves are there and belong together, the private one for its owner only; a second start keeps them", async (t) => {
  const folder = home(t);
  await ensureSshKey(folder);
  const made = read(folder);
  assert.equal(read(folder, "id_ed25519.pub"), publicHalf(folder));
  assert.match(publicHalf(folder), /^ssh-ed25519 \S+ muster-executor\n$/);
  assert.equal(statSync(join(folder, "id_ed25519")).mode & 0o777, 0o600);
  await ensureSshKey(folder);
  assert.equal(read(folder), made);
  assert.deepEqual(readdirSync(folder).toSorted(), ["id_ed25519", "id_ed25519.pub"]);
});

test("what a kill left of a draft is made anew, what it left of a key is gone on with", async (t) => {
  const folder = home(t);
  writeFileSync(join(folder, "id_ed25519.draft"), "half a k");
  writeFileSync(join(folder, "id_ed25519.draft.pub"), "");
  await ensureSshKey(folder);
  const made = read(folder);
  assert.deepEqual(readdirSync(folder).toSorted(), ["id_ed25519", "id_ed25519.pub"]);
  rmSync(join(folder, "id_ed25519.pub"));
  await ensureSshKey(folder);
  assert.equal(read(folder), made);
  assert.equal(read(folder, "id_ed25519.pub"), publicHalf(folder));
});

test("a folder that is not there ends in an error that says what failed", async (t) => {
  await assert.rejects(ensureSshKey(join(home(t), "missing")), { code: "LAUNCH_FAILED", message: /SSH key could not be created/ });
});
