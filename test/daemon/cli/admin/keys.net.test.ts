/** `muster key`: created on the control node, shown once, listed with owner and expiry, revoked over HTTP. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { startTestControl } from "../../../support/control.ts";
import { muster } from "../muster.ts";

test("a key has its owner and expiry, works at once, and stops working when it is revoked", async (t) => {
  const { url, data, control } = await startTestControl(t);
  const here = { MUSTER_URL: url, MUSTER_DATA: data.root, MUSTER_KEY: control.firstKey };
  const made = await muster(
    ["--json", "key", "create", "--name", "laptop", "--role", "operator", "--owner", "alice", "--expires", "90d"],
    here,
  );
  assert.equal(made.code, 0, made.err);
  const { id, key, owner, expiresAt } = JSON.parse(made.out) as Record<"id" | "key" | "owner" | "expiresAt", string>;
  assert.equal(owner, "alice");
  const days = (Date.parse(expiresAt) - Date.now()) / 86_400_000;
  assert.ok(days > 89.9 && days <= 90, String(days));
  assert.equal((await muster(["nodes"], { ...here, MUSTER_KEY: key })).code, 0);

  const listed = await muster(["keys"], here);
  assert.match(listed.out, new RegExp(`${id} +laptop +operator +alice +\\d+ s ago +\\d+ s ago +${expiresAt.slice(0, 10)}`));
  assert.doesNotMatch(listed.out, /mk_/);
  assert.equal((await muster(["--json", "keys"], here)).out, (await muster(["--json", "key", "list"], here)).out);

  assert.match((await muster(["key", "revoke", "laptop"], here)).out, /is revoked/);
  assert.match((await muster(["nodes"], { ...here, MUSTER_KEY: key })).err, /does not know this API key/);
});

test("without --owner, the owner is the user who runs the command, also with sudo", async (t) => {
  const { data } = await startTestControl(t);
  const made = await muster(["--json", "key", "create", "--name", "ci", "--role", "agent"], { MUSTER_DATA: data.root, SUDO_USER: "bob" });
  assert.deepEqual([made.code, (JSON.parse(made.out) as { owner: string }).owner], [0, "bob"]);
});

test("an expiry that is invalid or in the past is refused with a valid example", async () => {
  for (const when of ["soon", "5s", "2020-01-01", "2030-02-31x"]) {
    const { code, err } = await muster(["key", "create", "--name", "x", "--role", "viewer", "--expires", when]);
    assert.equal(code, 2, when);
    assert.match(err, /--expires.*(such as 90s|such as 2027-06-30)/, when);
  }
});

for (const command of [["key", "generate"], ["keygen"]])
  test(`${command.join(" ")} prints a key of 256 bits and its hash, without a daemon`, async () => {
    const { code, out } = await muster(["--json", ...command], { MUSTER_URL: "http://127.0.0.1:9" });
    const { key, sha256 } = JSON.parse(out) as { key: string; sha256: string };
    assert.equal(code, 0);
    assert.match(key, /^[0-9a-f]{64}$/);
    assert.equal(sha256, createHash("sha256").update(key).digest("hex"));
  });
