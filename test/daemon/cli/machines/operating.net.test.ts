/** Rescue, wipe, playbooks by name and schedules, with the real daemon. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withDaemon } from "../muster.ts";

const own = withDaemon({ accepted: { mac: "52:54:00:00:02:01", name: "rack1-n1" } });
const { ask } = own;

const failure = ({ err }: { err: string }) => JSON.parse(err).error as { code: string; message: string; hint: string };
const phase = async () => (JSON.parse((await ask("node", "rack1-n1", "--json")).out) as { state: { phase: string } }).state.phase;

test("rescue and wipe are refused without their boot files, and the answer names the command", async () => {
  for (const words of [
    ["rescue", "rack1-n1"],
    ["wipe", "rack1-n1", "--confirm", "rack1-n1"],
  ]) {
    const answer = await ask(...words, "--json");
    assert.equal(answer.code, 1);
    const { code, hint } = failure(answer);
    assert.equal(code, "BOOT_FILES_MISSING");
    assert.match(hint, /muster image build/);
  }
  assert.equal(await phase(), "accepted");
});

test("a wipe requires the typed name; it is armed, shown, undone, and on the timeline", async () => {
  for (const file of [
    "ipxe/undionly.kpxe",
    "ipxe/snponly.efi",
    ...["vmlinuz", "initrd.img", "rescue.img"].map((name) => `image/13/amd64/${name}`),
  ]) {
    mkdirSync(join(own.daemon.data, "assets", file, ".."), { recursive: true });
    writeFileSync(join(own.daemon.data, "assets", file), "");
  }
  assert.equal((await ask("wipe", "rack1-n1")).code, 2, "without --confirm the command is not understood");
  const wrong = await ask("wipe", "rack1-n1", "--confirm", "rack1-n2", "--json");
  assert.deepEqual([wrong.code, failure(wrong).code], [1, "REQUEST_INVALID"]);
  const armed = await ask("wipe", "rack1-n1", "--confirm", "rack1-n1", "--all-disks");
  assert.equal(armed.code, 0, armed.err);
  assert.match(armed.out, /erases all its fixed disks, once/);
  const shown = await ask("node", "rack1-n1");
  assert.match(shown.out, /wipe +armed for all fixed disks until/);
  assert.match(shown.out, /armed for a wipe by/);
  assert.equal((await ask("rescue", "rack1-n1")).code, 1, "one thing at a time");
  assert.equal((await ask("disarm", "rack1-n1")).code, 0);
  assert.equal(await phase(), "accepted");
});

test("a rescue starts and ends", async () => {
  assert.match((await ask("rescue", "rack1-n1")).out, /boots into the rescue system/);
  assert.match((await ask("node", "rack1-n1")).out, /rescue +not started yet/);
  assert.match((await ask("rescue", "rack1-n1", "--end")).out, /is accepted and boots its disk again/);
});

test("playbooks are listed with their purpose, and do not run by path or on a node without a system", async () => {
  const { out } = await ask("playbooks");
  assert.match(out, /^look +read-only +Shows /m);
  assert.match(out, /^update +changes +Installs /m);
  for (const [playbook, code] of [
    ["../playbook", "REQUEST_INVALID"],
    ["nothing", "PLAYBOOK_NOT_FOUND"],
    ["look", "NODE_WRONG_PHASE"],
  ] as const) {
    const answer = await ask("run", playbook, "--limit", "rack1-n1", "--json");
    assert.deepEqual([answer.code, failure(answer).code], [1, code]);
  }
  assert.equal((await ask("run", "look")).code, 2, "nothing runs everywhere by default");
  assert.equal((await ask("run", "look", "--limit", "all", "--diff")).code, 2);
});

test("a schedule is added, approved, listed and removed; a wrong time is refused with its field", async () => {
  const add = (name: string, cron: string) =>
    ask("schedule", "add", name, "--playbook", "update", "--limit", "all", "--cron", cron, "--json");
  assert.match(failure(await add("wrong", "61 * * * *")).message, /^cron: .*minute/);
  assert.equal((await add("updates", "0 3 * * sun")).code, 0);
  assert.equal(failure(await add("updates", "0 3 * * sun")).code, "REQUEST_INVALID");
  assert.equal((await ask("schedule", "approve", "updates")).code, 0);
  assert.match((await ask("schedule", "list")).out, /^updates +update +all +0 3 \* \* sun/m);
  const { schedules, maintenance } = JSON.parse((await ask("schedule", "list", "--json")).out);
  assert.equal(schedules[0].approval.sha256.length, 64);
  assert.deepEqual(maintenance, { open: true, windows: [], timeZone: "UTC" });
  assert.equal((await ask("schedule", "remove", "updates")).code, 0);
  assert.equal(failure(await ask("schedule", "remove", "updates", "--json")).code, "SCHEDULE_NOT_FOUND");
});
