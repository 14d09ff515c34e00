/** Erased names and dropped old records leave the audit, and the audit is still proven. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MUSTER } from "../../../daemon/audit/actor.ts";
import { readCheckpoints } from "../../../daemon/audit/checkpoint-files.ts";
import { AuditKeeper } from "../../../daemon/audit/keeper.ts";
import { openSigner } from "../../../daemon/audit/signer.ts";
import { alice, intent, openAuditLab, outcome } from "../../support/audit.ts";

const bob = { keyId: "k2", name: "bob", role: "admin" };

test("an erased person is recorded as erased, and everything is still proven", (t) => {
  const { audit, sign, verify, database } = openAuditLab(t);
  audit.append({ ...intent("e1"), reason: "alice's own words" });
  audit.append({ ...intent("e2"), actor: bob, reason: "bob's own words" });
  audit.append({ ...outcome("e2", "succeeded"), actor: { ...bob, onBehalfOf: "alice" }, reason: "on request of alice" });
  sign("2026-11-21");

  assert.equal(audit.erase("alice", MUSTER), true);
  assert.equal(audit.erase("alice", MUSTER), false);
  const [erasure, third, second, first] = audit.list();
  assert.deepEqual([first?.actor.name, first?.reason], ["(erased)", "(erased)"]);
  assert.deepEqual([second?.actor.name, second?.reason], ["bob", "bob's own words"]);
  assert.deepEqual([third?.actor.onBehalfOf, third?.reason], ["(erased)", "(erased)"]);
  assert.deepEqual([erasure?.action, erasure?.summary], ["erasure", "erased the name of a person and 2 reasons"]);
  assert.deepEqual(audit.list({ user: "alice" }), []);
  assert.ok(verify().ok, JSON.stringify(verify().findings));
  for (const file of [database, `${database}-wal`]) {
    const left = readFileSync(file, "latin1");
    assert.ok(!left.includes("alice") && !left.includes("on request of"), `${file} still holds her name or her words`);
  }
});

test("a name that was removed without an erasure is found, also if another erasure is recorded", (t) => {
  const { audit, sign, tamper, verify } = openAuditLab(t);
  audit.append({ ...intent("e1"), reason: "why" });
  audit.append({ ...intent("e2"), actor: bob });
  sign("2026-11-21");
  audit.erase("bob", MUSTER);
  tamper("DELETE FROM audit_persons WHERE text = 'alice'");
  tamper("DELETE FROM audit_reasons");
  assert.deepEqual(
    verify().findings.map(({ kind, from, text }) => [kind, from, text.split(": ")[1]]),
    [
      ["altered", 1, "the name is gone, and no erasure is recorded"],
      ["altered", 1, "the reason is gone, and no erasure is recorded"],
    ],
  );
});

test("old records are dropped, and the remaining ones are proven from their signed beginning", (t) => {
  const { audit, folder, sign, tamper, verify } = openAuditLab(t);
  const signer = openSigner(folder);
  audit.append({ ...intent("e1"), actor: bob, reason: "old" });
  audit.append({ ...intent("e2"), reason: "old" });
  sign("2026-11-21");
  const kept = audit.append(intent("e3"));
  audit.dropBefore(new Date(kept.at), signer);
  assert.deepEqual(verify(), { ok: true, records: 2, first: 3, last: 4, signedTo: 2, findings: [] });
  sign("2026-11-22");
  assert.deepEqual(verify(), { ok: true, records: 2, first: 3, last: 4, signedTo: 4, findings: [] });
  assert.deepEqual(audit.list({ user: "bob" }), [], "a name that no record needs is removed");
  assert.equal(audit.list()[0]?.action, "checkpoint");

  tamper("DELETE FROM audit WHERE seq = 3");
  assert.deepEqual(
    verify().findings.map(({ kind, from, to }) => [kind, from, to]),
    [["removed", 3, 3]],
  );
});

test("the last record is never dropped, because the next one needs its hash", (t) => {
  const { audit, folder } = openAuditLab(t);
  const only = audit.append(intent("e1"));
  audit.dropBefore(new Date("2027-01-01"), openSigner(folder));
  assert.deepEqual(
    audit.list().map(({ seq }) => seq),
    [only.seq],
  );
});

test("the signing key is created at its first use, is readable by its owner only, and stays the same", (t) => {
  const { folder } = openAuditLab(t);
  const [first, second] = [openSigner(folder), openSigner(folder)];
  assert.ok(first.publicKey.equals(second.publicKey));
  assert.equal(statSync(join(folder, "key.pem")).mode & 0o777, 0o600);
  assert.match(readFileSync(join(folder, "key.pub"), "utf8"), /^muster-audit\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{44}\n$/);
});

test("the keeper signs and copies checkpoints, retries a failed copy, and stops when the records do not continue", async (t) => {
  const { audit, folder, tamper, verify } = openAuditLab(t);
  const copied: number[] = [];
  const alarms: string[] = [];
  let away = true;
  const keeper = new AuditKeeper({
    audit,
    signer: openSigner(folder),
    folder,
    checkpointSeconds: 3600,
    retentionDays: undefined,
    copies: [
      async ({ size }) => {
        if (away) throw new Error("no answer");
        copied.push(size);
      },
    ],
    alarm: (problem) => alarms.push(problem),
  });
  audit.append(intent("e1"));
  keeper.start();
  await keeper.stop();
  assert.deepEqual(alarms, ["the checkpoint of record 1 was not copied: no answer"], "reported once, after two attempts");
  away = false;
  audit.append(intent("e2"));
  await keeper.stop();
  assert.deepEqual(copied, [2]);
  assert.ok(verify().ok);

  alarms.length = 0;
  tamper("DELETE FROM audit WHERE seq = 2");
  audit.append({ ...intent("e3"), actor: alice });
  keeper.tick();
  keeper.tick();
  assert.deepEqual(alarms, [
    "the records are not those of the checkpoint signed at record 2; no further checkpoint is signed. `muster audit verify` shows the reason.",
  ]);
});

test("a checkpoint that cannot be written raises one alarm, and is retried until it succeeds", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { audit, folder, verify } = openAuditLab(t);
  const alarms: string[] = [];
  const signer = openSigner(folder);
  const keeper = new AuditKeeper({
    ...{ audit, signer, folder, copies: [], retentionDays: undefined },
    checkpointSeconds: 30,
    alarm: (problem) => alarms.push(problem),
  }).start();
  const checkpoints = join(folder, "checkpoints");
  writeFileSync(checkpoints, "a file where the folder should be");
  audit.append(intent("e1"));
  t.mock.timers.tick(30_000);
  t.mock.timers.tick(30_000);
  assert.equal(alarms.length, 1);
  assert.match(alarms[0] ?? "", /not signed.*EEXIST/);
  rmSync(checkpoints);
  t.mock.timers.tick(30_000);
  assert.equal(readCheckpoints(folder).length, 1, "the next turn signs it");
  await keeper.stop();
  assert.ok(verify().ok);
});

test("an export contains its proof, and each line is checked against it", (t) => {
  const { audit, folder, sign, verify } = openAuditLab(t);
  for (const id of ["e1", "e2", "e3"]) audit.append({ ...intent(id), reason: `for ${id}` });
  sign("2026-11-21");
  const note = readFileSync(join(folder, "checkpoints/2026-11-21"), "utf8");
  const lines = (audit.exportAfter(0, 2, [note]) + audit.exportAfter(2, 2, []) + audit.exportAfter(3, 2, [])).trimEnd().split("\n");
  assert.equal(lines.length, 4);
  const exported = join(folder, "export.ndjson");
  const found = (...some: string[]) => {
    writeFileSync(exported, `${some.join("\n")}\n`);
    const { ok, findings } = verify({ exported });
    assert.equal(ok, findings.length === 0);
    return findings.map(({ kind, from, to }) => [kind, from, to]);
  };
  const [notes, first, second, third] = lines as [string, string, string, string];
  assert.deepEqual(found(notes, first, second, third), []);
  assert.deepEqual(found(notes, first, second.replace("for e2", "for e9"), third), [["altered", 2, 2]]);
  assert.deepEqual(found(notes, first, second.replace('"text":"alice"', '"text":"carol"'), third), [["altered", 2, 2]]);
  assert.deepEqual(found(notes, first, second.replace("restart", "stop"), third), [["altered", 2, 2]]);
  assert.deepEqual(found(notes, first, second.replace(/"timestamp":"\d/, '"timestamp":"1'), third), [["altered", 2, 2]]);
  assert.deepEqual(found(notes, first, second.replace('"id":"alice"', '"id":"carol"'), third), [["altered", 2, 2]]);
  assert.deepEqual(found(notes, first, second.replace(/,"audit_id".*$/, "}"), third), [], "as in an export of an earlier version");
  assert.deepEqual(found(notes, first, third), [["removed", 2, 2]]);
  assert.deepEqual(found(notes, first, third, second), [["reordered", 2, 2]]);
  assert.deepEqual(found(notes, first, second), [["truncated", 3, 3]]);
  assert.deepEqual(found(first, second, third), [["unsigned", 1, 3]]);
  assert.throws(() => found(notes, first, "torn"), /line 3 is not JSON/);
});

test("an export repeats each record in fields with documented names", (t) => {
  const { audit } = openAuditLab(t);
  audit.append({ ...intent("e1"), reason: "for e1" });
  audit.append({ ...intent("e2"), result: "succeeded", costUsd: 0.25, planHash: `sha256:${"a".repeat(64)}` });
  const [first, second] = audit
    .exportAfter(0, 10, [])
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const line of [first, second]) {
    const { audit_id, timestamp, user, action, record } = line;
    assert.match(audit_id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(new Date(timestamp).toISOString(), record.at);
    assert.deepEqual(user, { id: "alice", role: record.actor.role });
    assert.deepEqual([action.intent, action.subject], [record.action, record.subject]);
  }
  assert.notEqual(first.audit_id, second.audit_id);
  assert.deepEqual([first.result, first.action.plan_id], [{ status: null, cost_usd: null }, undefined]);
  assert.deepEqual([second.result, second.action.plan_id], [{ status: "succeeded", cost_usd: 0.25 }, second.record.planHash]);
});

test("records are dropped only if two readings of the clock agree that they are old", (t) => {
  const HOUR = 3_600_000;
  const DAY = 24 * HOUR;
  /** At this time after the second record, the first one is too old. */
  const OLD = 30 * DAY;
  const reading = (clockMs: number, wallMs: number) => ({ clockMs, wallMs });
  for (const [readings, isKept] of [
    [[reading(0, OLD)], true],
    [[reading(0, OLD), reading(2 * HOUR, DAY)], true],
    [[reading(0, DAY), reading(HOUR, OLD)], true],
    [[reading(0, OLD), reading(HOUR / 2, OLD)], true],
    [[reading(0, OLD - HOUR), reading(HOUR, OLD)], false],
  ] as const) {
    const { audit, folder } = openAuditLab(t);
    const keeper = new AuditKeeper({
      ...{ audit, signer: openSigner(folder), folder, copies: [], retentionDays: 30 },
      checkpointSeconds: 3600,
      alarm: (problem) => assert.fail(problem),
    });
    audit.append(intent("e1"));
    const second = Date.parse(audit.append(intent("e2")).at);
    for (const { clockMs, wallMs } of readings) keeper.drop(new Date(second + wallMs), clockMs);
    assert.equal(
      audit.list().some(({ seq }) => seq === 1),
      isKept,
      JSON.stringify(readings),
    );
  }
});
