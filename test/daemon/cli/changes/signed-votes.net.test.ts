/** A voter's key from its creation to a plan that runs with it, and an attacker who can only write to the database. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { AuditRecord } from "../../../../daemon/contract/audit/audit.ts";
import type { Approval } from "../../../../daemon/contract/changes/approval.ts";
import type { Proposed } from "../../../../daemon/contract/changes/change-routes.ts";
import type { Execution } from "../../../../daemon/contract/changes/execution.ts";
import { createDataDir, dataDir } from "../../../../daemon/data-dir.ts";
import { openStores } from "../../../../daemon/store/stores.ts";
import { until } from "../../../support/until.ts";
import { addNode } from "../../../support/world.ts";
import { forms } from "../../executor/executions/plan-forms.ts";
import { muster, type Running, startDaemon, temporary } from "../muster.ts";

const { folder, remove } = temporary();
const data = dataDir(join(folder, "data"));
const noted = join(folder, "noted");
let daemon: Running;
/** Each person has a machine of their own, here a home folder. */
const people: Record<string, NodeJS.ProcessEnv> = {};
const keyFile = join(folder, "bea", "muster", "voter.json");

async function as<T>(who: string, ...args: string[]): Promise<T> {
  const { code, out, err } = await muster(["--json", ...args], people[who]);
  assert.equal(code, 0, out + err);
  return JSON.parse(out) as T;
}

const onControlNode = (...args: string[]) => muster([...args, "--data", data.root]);
const ask = (name: string) => as<Proposed>("ada", "do", "note", `path=${noted}-${name}`, "--on", "n1");

async function ended(planId: string): Promise<Execution> {
  let execution: Proposed["execution"];
  await until("its end", async () => {
    ({ execution } = await as<Proposed>("ada", "plan", planId));
    return execution?.endedAt !== undefined;
  });
  return execution!;
}

describe("signed votes", { concurrency: 1 }, () => {
  before(async () => {
    createDataDir(data);
    const world = openStores(data.database);
    addNode(world, { phase: "ready", since: new Date().toISOString() }, "n1");
    world.db.close();
    writeFileSync(data.inventory, JSON.stringify({ all: { children: { prod: { hosts: { n1: {} } } } } }));
    mkdirSync(join(folder, "forms"));
    writeFileSync(join(folder, "forms", "note.yaml"), `name: note\n${forms.note}`);
    daemon = await startDaemon(folder, `tools: { forms_directory: ${join(folder, "forms")} }\n`);
    for (const name of ["ada", "bea"]) {
      const { out } = await onControlNode("--json", "key", "create", "--name", name, "--owner", name, "--role", "operator");
      const { key } = JSON.parse(out) as { key: string };
      people[name] = { MUSTER_URL: daemon.url, MUSTER_KEY: key, XDG_CONFIG_HOME: join(folder, name) };
    }
  });
  after(async () => {
    await daemon?.stop();
    remove();
  });

  const doctorOn = async () => {
    const { out } = await muster(["--json", "doctor", "--config", daemon.config, "--data", data.root]);
    return (JSON.parse(out) as { name: string; detail: string; advice?: string }[]).find(({ name }) => name === "signed votes");
  };

  test("doctor reports that votes are not signed, with the command for signing", async () => {
    const check = await doctorOn();
    assert.match(check?.detail ?? "", /can write to the database can forge votes/);
    assert.match(check?.advice ?? "", /muster voter keygen/);
  });

  test("a voter creates a key that only the owner can read, and the printed command registers it", async () => {
    const { out } = await muster(["voter", "keygen", "--name", "bea"], people.bea);
    assert.equal(statSync(keyFile).mode & 0o777, 0o600);
    const line = /^ {2}muster (voter add bea ed25519:\S+ --role operator)$/m.exec(out)?.[1];
    assert.ok(line, out);
    const added = await onControlNode(...line.split(" "));
    assert.equal(added.code, 0, added.err);
    assert.match(added.out, /^bea votes as operator with the key SHA256:/);
    const [fingerprint] = /SHA256:\S+/.exec(out) ?? [];
    assert.ok(fingerprint !== undefined && added.out.includes(fingerprint));
    assert.equal(statSync(data.voters).mode & 0o777, 0o600);
    assert.ok(!readFileSync(data.voters, "utf8").includes("PRIVATE"));
    assert.match((await doctorOn())?.detail ?? "", /^operators: 1, admins: 0$/);
    const listed = JSON.parse((await onControlNode("--json", "voter", "list")).out) as { name: string; role: string }[];
    assert.deepEqual(
      listed.map(({ name, role }) => `${name} ${role}`),
      ["bea operator"],
    );
    const records = JSON.parse((await muster(["--json", "audit", "--action", "voter-added"], daemon.env)).out) as AuditRecord[];
    assert.deepEqual(
      records.map(({ summary }) => summary),
      ["a voter of the role operator, registered on the control node"],
    );
  });

  test("an approval without a signature is refused at once, with the command for signing", async () => {
    const { approval } = await ask("unsigned");
    const { code, err } = await muster(["approve", approval?.id ?? ""], { ...people.bea, XDG_CONFIG_HOME: join(folder, "elsewhere") });
    assert.equal(code, 1);
    assert.match(err, /only a signed yes counts here.*muster voter keygen/);
  });

  test("the executor refuses votes that were written into the database", async () => {
    const { work, approval } = await ask("forged");
    assert.ok(approval);
    const now = new Date();
    const vote = { keyId: "of bea", by: "bea", role: "admin", answer: "approve", reason: "", at: now.toISOString() } as const;
    const executeBy = new Date(now.getTime() + 600_000).toISOString();
    const forged: Approval = { ...approval, votes: [vote], state: "approved", executeBy };
    const stores = openStores(data.database);
    stores.approvals.save(forged);
    stores.executions.add({
      id: randomUUID(),
      planId: work.id,
      planHash: work.hash,
      approvalId: approval.id,
      status: "queued",
      steps: [{ id: "1", status: "pending", target: "n1" }],
      requestedBy: "ada",
      createdAt: now.toISOString(),
    });
    stores.db.close();
    const execution = await ended(work.id);
    assert.equal(execution.status, "refused");
    assert.match(execution.error ?? "", /lacks votes; the yes of bea: it is not signed/);
    assert.ok(!existsSync(`${noted}-forged`));
  });

  test("the voter is shown the plan, signs it, and it runs", async () => {
    const { work, approval } = await ask("signed");
    const approve = ["approve", approval?.id ?? "", "--reason", "as announced"];
    const unsaid = await muster(["--json", ...approve], people.bea);
    assert.deepEqual([unsaid.code, unsaid.out], [2, ""]);
    assert.match(unsaid.err, /^ada asks:\n.*note[\s\S]*there is no terminal[\s\S]*--yes/);
    const { code, out, err } = await muster([...approve, "--yes"], { ...people.bea, COLUMNS: "40" });
    assert.equal(code, 0, err);
    assert.match(out, /^ada asks:\n.*note/);
    assert.ok(out.includes(`  parameters: {"path":"${noted}-signed"}\n  does: touch ${noted}-signed\n`), out);
    assert.match(out, /You approved it\./);
    assert.equal((await ended(work.id)).status, "succeeded");
    assert.ok(existsSync(`${noted}-signed`));
  });

  test("the requester cannot sign, and a denial needs no signature", async () => {
    const { approval } = await as<Proposed>("bea", "do", "note", `path=${noted}-own`, "--on", "n1");
    const own = await muster(["approve", approval?.id ?? ""], people.bea);
    assert.match(own.err, /the requester has no vote/);
    assert.equal((await as<Approval>("ada", "deny", approval?.id ?? "", "--reason", "not now")).state, "denied");
  });

  const mistakes: [what: string, args: string[], says: RegExp, env?: () => NodeJS.ProcessEnv][] = [
    ["a second key over the first", ["voter", "keygen"], /voter\.json already exists/],
    ["an invalid public key", ["voter", "add", "eve", "ssh-ed25519", "--role", "operator"], /not a public key of/],
    ["a role without a vote", ["voter", "add", "eve", "x", "--role", "viewer"], /operator, admin/],
    ["an unknown voter", ["voter", "remove", "eve", "--data", data.root], /eve is not a voter/],
    ["a folder without a database", ["voter", "list", "--data", "/tmp"], /there is no database in \/tmp/],
    ["a named key file that does not exist", ["voter", "show"], /it does not exist/, () => ({ MUSTER_VOTER_KEY: "/tmp/no-such-key" })],
    ["a machine without a key", ["voter", "show"], /muster voter keygen/, () => ({ XDG_CONFIG_HOME: join(folder, "elsewhere") })],
  ];
  for (const [what, args, says, env] of mistakes)
    test(`${what} is refused`, async () => {
      const { code, err } = await muster(args, env?.() ?? people.bea);
      assert.notEqual(code, 0);
      assert.match(err, says);
    });

  test("a key and a name belong to one person only", async () => {
    const { publicKey } = await as<{ publicKey: string }>("bea", "voter", "show");
    const twice = await onControlNode("voter", "add", "eve", publicKey, "--role", "admin");
    assert.match(twice.err, /this key is bea's already/);
    const renamed = await onControlNode("voter", "add", "Bea", publicKey, "--role", "admin");
    assert.match(renamed.err, /Bea is a voter already/);
  });

  test("a key file that other users can read is refused", async () => {
    chmodSync(keyFile, 0o644);
    const { code, err } = await muster(["voter", "show"], people.bea);
    chmodSync(keyFile, 0o600);
    assert.equal(code, 1);
    assert.match(err, /can be read by others: chmod 600/);
  });

  test("after the last voter is removed, approvals need no signature, and the command reports it", async () => {
    const { out } = await onControlNode("voter", "remove", "bea");
    assert.match(out, /bea is no longer a voter\. There are no voters now/);
    assert.match((await onControlNode("voter", "list")).out, /^There are no voters\./);
  });
});
