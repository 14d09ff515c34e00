/** `muster audit` next to a running daemon: list, export, verify, damage. */
import assert from "node:assert/strict";
import { copyFileSync, cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openDatabase } from "../../../../daemon/store/database.ts";
import { muster, type Running, startDaemon, temporary } from "../muster.ts";

describe("the audit of a running daemon", () => {
  const { folder, remove } = temporary();
  let daemon: Running;
  const said = async (...args: string[]) => {
    const { code, out, err } = await muster(args, daemon.env);
    assert.equal(code, 0, err);
    return out;
  };
  before(async () => {
    daemon = await startDaemon(folder);
    assert.equal((await muster(["key", "create", "--name", "ci", "--role", "viewer", "--data", daemon.data])).code, 0);
    const key = /mk_\w+/.exec((await muster(["key", "create", "--name", "tom", "--role", "viewer", "--data", daemon.data])).out)?.[0];
    assert.equal((await muster(["arm", "n1"], { ...daemon.env, MUSTER_KEY: key })).code, 1);
    await said("key", "revoke", "ci");
  });
  after(async () => {
    await daemon.stop();
    remove();
  });

  test("is listed with the newest last, for people and for programs", async () => {
    const lines = (await said("audit", "--last", "1h")).trim().split("\n");
    assert.match(lines[0] ?? "", /^RECORD +TIME +WHO +ACTION +ABOUT +WHAT +RESULT/);
    assert.match(lines.at(-1) ?? "", /first +key-revoked +key [0-9a-f]{8} +Revoke an API key .* done$/);
    const records = JSON.parse(await said("audit", "--json", "--action", "refusal")) as { subject: string; result: string }[];
    assert.deepEqual(
      records.map(({ subject, result }) => [subject, result]),
      [["POST /api/nodes/:node/arm", "NOT_ALLOWED"]],
    );
    const made = JSON.parse(await said("audit", "--json", "--action", "key-created")) as { actor: { keyId: string } }[];
    assert.deepEqual(
      made.map(({ actor }) => actor.keyId),
      ["local", "local", "system"],
    );
  });

  test("is exported completely, and the export is verified without the daemon", async () => {
    const file = join(folder, "audit.ndjson");
    const { records } = JSON.parse(await said("audit", "--json", "--export", file)) as { records: number };
    const proven = await muster(["audit", "verify", "--data", daemon.data, "--export", file]);
    assert.equal(proven.code, 0, proven.out);
    assert.match(proven.out, new RegExp(`^proven: ${records} records, 1 to ${records}; signed up to record [1-9]`));

    const again = await muster(["audit", "--export", file], daemon.env);
    assert.equal(again.code, 2);
    assert.match(again.err, /--export: .*exists/);
    assert.equal((await muster(["audit", "--export", `${file}2`, "--last", "1h"], daemon.env)).code, 2);

    writeFileSync(file, readFileSync(file, "utf8").replace("NOT_ALLOWED", "done"));
    const altered = await muster(["audit", "verify", "--data", daemon.data, "--export", file]);
    assert.equal(altered.code, 1, `${altered.out}\n${readFileSync(file, "utf8")}`);
    assert.match(altered.out, /^altered +record \d+ was altered: text and hash do not belong together/);
  });

  test("is verified from the database while the daemon writes to it, and a damaged copy fails", async () => {
    const proven = await muster(["audit", "verify", "--data", daemon.data]);
    assert.equal(proven.code, 0, proven.out + proven.err);
    await daemon.stop();
    const copy = join(folder, "copy");
    cpSync(join(daemon.data, "audit"), join(copy, "audit"), { recursive: true });
    copyFileSync(join(daemon.data, "muster.db"), join(copy, "muster.db"));
    const db = openDatabase(join(copy, "muster.db"));
    db.exec("DROP TRIGGER audit_is_never_removed; DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)");
    db.close();
    const cut = await muster(["audit", "verify", "--data", copy, "--json"]);
    assert.equal(cut.code, 1);
    const report = JSON.parse(cut.out) as { ok: boolean; findings: { kind: string }[] };
    assert.deepEqual([report.ok, report.findings.map(({ kind }) => kind)], [false, ["truncated"]]);
  });
});
