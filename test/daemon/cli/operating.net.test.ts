/** Rescue, wipe, playbooks by name and by the clock, from the command line against the real daemon. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { muster, type Running, startDaemon, temporary } from "./muster.ts";

const place = temporary();
let daemon: Running;
before(async () => {
  daemon = await startDaemon(place.folder);
  await muster(["accept", "52:54:00:00:02:01", "--name", "rack1-n1"], daemon.env);
});
after(async () => {
  await daemon.stop();
  place.remove();
});

const failure = ({ err }: { err: string }) => JSON.parse(err).error as { code: string; message: string; hint: string };
const phase = async () =>
  (JSON.parse((await muster(["node", "rack1-n1", "--json"], daemon.env)).out) as { state: { phase: string } }).state.phase;

test("nothing is rescued or wiped without the files for it, and the answer says which to build", async () => {
  for (const words of [
    ["rescue", "rack1-n1"],
    ["wipe", "rack1-n1", "--confirm", "rack1-n1"],
  ]) {
    const answer = await muster([...words, "--json"], daemon.env);
    assert.equal(answer.code, 1);
    const { code, hint } = failure(answer);
    assert.equal(code, "BOOT_FILES_MISSING");
    assert.match(hint, /muster image build/);
  }
  assert.equal(await phase(), "accepted");
});

test("a wipe wants the name typed; it is armed, shown, taken back, and on the timeline", async () => {
  for (const file of [
    "ipxe/undionly.kpxe",
    "ipxe/snponly.efi",
    ...["vmlinuz", "initrd.img", "rescue.img"].map((name) => `image/13/amd64/${name}`),
  ]) {
    mkdirSync(join(daemon.data, "assets", file, ".."), { recursive: true });
    writeFileSync(join(daemon.data, "assets", file), "");
  }
  assert.equal((await muster(["wipe", "rack1-n1"], daemon.env)).code, 2, "without --confirm the command is not understood");
  const wrong = await muster(["wipe", "rack1-n1", "--confirm", "rack1-n2", "--json"], daemon.env);
  assert.deepEqual([wrong.code, failure(wrong).code], [1, "REQUEST_INVALID"]);
  const armed = await muster(["wipe", "rack1-n1", "--confirm", "rack1-n1", "--all-disks"], daemon.env);
  assert.equal(armed.code, 0, armed.err);
  assert.match(armed.out, /erases all its fixed disks, once/);
  const shown = await muster(["node", "rack1-n1"], daemon.env);
  assert.match(shown.out, /wipe +armed for all fixed disks until/);
  assert.match(shown.out, /armed for a wipe by/);
  assert.equal((await muster(["rescue", "rack1-n1"], daemon.env)).code, 1, "one thing at a time");
  assert.equal((await muster(["disarm", "rack1-n1"], daemon.env)).code, 0);
  assert.equal(await phase(), "accepted");
});

test("a rescue is asked for and ended", async () => {
  assert.match((await muster(["rescue", "rack1-n1"], daemon.env)).out, /gets the rescue system at its network boots/);
  assert.match((await muster(["node", "rack1-n1"], daemon.env)).out, /rescue +not up yet/);
  assert.match((await muster(["rescue", "rack1-n1", "--end"], daemon.env)).out, /is accepted and boots its disk again/);
});

test("playbooks are listed with what they do; one is not run by path, nor on a node without a system", async () => {
  const { out } = await muster(["playbooks"], daemon.env);
  assert.match(out, /^look +only looks +Says /m);
  assert.match(out, /^update +changes +Installs /m);
  for (const [playbook, code] of [
    ["../playbook", "REQUEST_INVALID"],
    ["nothing", "PLAYBOOK_NOT_FOUND"],
    ["look", "NODE_WRONG_PHASE"],
  ] as const) {
    const answer = await muster(["run", playbook, "--limit", "rack1-n1", "--json"], daemon.env);
    assert.deepEqual([answer.code, failure(answer).code], [1, code]);
  }
  assert.equal((await muster(["run", "look"], daemon.env)).code, 2, "nothing runs everywhere by default");
  assert.equal((await muster(["run", "look", "--limit", "all", "--diff"], daemon.env)).code, 2);
});

test("a schedule is added, approved, listed and removed; a wrong time is refused by name", async () => {
  const add = (name: string, cron: string) =>
    muster(["schedule", "add", name, "--playbook", "update", "--limit", "all", "--cron", cron, "--json"], daemon.env);
  assert.match(failure(await add("wrong", "61 * * * *")).message, /^cron: .*minute/);
  assert.equal((await add("updates", "0 3 * * sun")).code, 0);
  assert.equal(failure(await add("updates", "0 3 * * sun")).code, "REQUEST_INVALID");
  assert.equal((await muster(["schedule", "approve", "updates"], daemon.env)).code, 0);
  assert.match((await muster(["schedule", "list"], daemon.env)).out, /^updates +update +all +0 3 \* \* sun/m);
  const { schedules, maintenance } = JSON.parse((await muster(["schedule", "list", "--json"], daemon.env)).out);
  assert.equal(schedules[0].approval.sha256.length, 64);
  assert.deepEqual(maintenance, { open: true, windows: [], timeZone: "UTC" });
  assert.equal((await muster(["schedule", "remove", "updates"], daemon.env)).code, 0);
  assert.equal(failure(await muster(["schedule", "remove", "updates", "--json"], daemon.env)).code, "SCHEDULE_NOT_FOUND");
});
