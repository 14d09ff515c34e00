/** Engine and executor with the real ansible-playbook and a real sshd on loopback. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { until, untilFound } from "../../support/until.ts";
import { EngineLab, freePort, processesWith, skip } from "./engine-lab.ts";

let lab: EngineLab;
const at = (...names: string[]) => lab.at(...names);

before(async () => {
  if (skip) return;
  lab = new EngineLab();
  await lab.start();
});

after(async () => {
  if (!skip) await lab.stop();
});

test("a run over SSH makes the node ready, and its tasks are in the timeline", { skip }, async () => {
  const node = await lab.calledHome("good", "- name: say hello\n  ansible.builtin.command: echo hello\n  changed_when: true");
  const job = await lab.ended(lab.engine.provision(node, "test").id);
  assert.equal(job.status, "succeeded", JSON.stringify(job.result));
  assert.partialDeepStrictEqual(job.result, { recap: { ok: 1, changed: 1, failures: 0 } });
  assert.equal(lab.phase(node), "ready");
  const timeline = lab.world.events.ofNode(node.id, 0, 100).map(({ type }) => type);
  assert.deepEqual(timeline.slice(1), ["job.queued", "node.configuring", "job.started", "job.task.ok", "job.succeeded", "node.ready"]);
  const { text, end } = await lab.engine.output(job.id, 0);
  assert.match(text, /PLAY RECAP/);
  assert.ok(end);
});

test("a second job while one runs is refused", { skip }, async () => {
  const node = await lab.calledHome("busy", "- name: wait\n  ansible.builtin.command: sleep 1");
  const { id } = lab.engine.provision(node, "test");
  assert.throws(() => lab.engine.provision(node, "test"), {
    code: "JOB_IN_PROGRESS",
    message: "Provisioning for busy is already in progress.",
  });
  await lab.ended(id);
});

test("a failing task is named with its message, and TODO.md tells the administrator", { skip }, async () => {
  const node = await lab.calledHome("bad", "- name: break\n  ansible.builtin.fail:\n    msg: No space left on device");
  const job = await lab.ended(lab.engine.provision(node, "test").id);
  assert.equal(job.status, "failed");
  assert.deepEqual(job.result?.failedTask, { name: "break", message: "No space left on device" });
  assert.match(job.result?.hint ?? "", /disk of the node is full/);
  assert.equal(lab.phase(node), "configure-failed");
  await until(
    "TODO.md",
    () => existsSync(at("TODO.md")) && readFileSync(at("TODO.md"), "utf8").includes("## Provisioning Failed for `bad`"),
  );
});

test("a node nobody answers at is unreachable, not failed in a task", { skip }, async () => {
  const node = await lab.calledHome("away", "- name: ping\n  ansible.builtin.command: 'true'", { port: await freePort() });
  const job = await lab.ended(lab.engine.provision(node, "test").id);
  assert.equal(job.status, "failed");
  assert.match(job.result?.summary ?? "", /^unreachable/);
});

test("a machine that shows another host key is not spoken to", { skip }, async () => {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at("sshd/other")]);
  const marker = at("touched");
  const node = await lab.calledHome("impostor", `- name: touch\n  ansible.builtin.command: touch ${marker}`, {
    hostKey: readFileSync(at("sshd/other.pub"), "utf8").split(" ").slice(0, 2).join(" "),
  });
  // On a busy machine, Ansible may notice that ssh has ended before it can read the reason. Then another job is needed.
  const job = await untilFound("Ansible has read why ssh ended", async () => {
    const ended = await lab.ended(lab.engine.provision(node, "test").id);
    return /Data could not be sent/.test(ended.result?.summary ?? "") ? undefined : ended;
  });
  assert.equal(job.status, "failed");
  assert.match(job.result?.hint ?? "", /another SSH host key/);
  assert.ok(!existsSync(marker));
});

test("a run that matched no host did nothing and is no success", { skip }, async () => {
  const node = await lab.calledHome("unlisted", "- name: never\n  ansible.builtin.command: 'true'");
  writeFileSync(at("ansible/playbook.yaml"), "- hosts: another_group\n  tasks: []\n");
  const job = await lab.ended(lab.engine.provision(node, "test").id);
  assert.equal(job.status, "failed");
});

/** A run on this machine that waits for `sleep <seconds>`. No other process has the same number of seconds. */
async function atWork(name: string, shell: (sleep: string) => string) {
  const mark = `3${process.pid}${name.length}`;
  const node = await lab.calledHome(name, `- name: hold\n  ansible.builtin.shell: ${shell(`sleep ${mark}`)}\n  delegate_to: localhost`);
  const { id } = lab.engine.provision(node, "test");
  const left = () => processesWith(`sleep ${mark}`);
  await until("the task", () => left().length > 0);
  return { node, id, left };
}

test("cancel leaves no process, though the task ignores TERM", { skip }, async () => {
  const { node, id, left } = await atWork("stubborn", (sleep) => `trap '' TERM; ${sleep}`);
  lab.engine.cancel(id, "test");
  assert.equal((await lab.ended(id)).status, "cancelled");
  assert.deepEqual(left(), []);
  assert.equal(lab.phase(node), "configure-failed");
});

test("SIGKILL of the executor: the run goes on, is found again and counted once", { skip }, async () => {
  const node = await lab.calledHome(
    "survivor",
    `- name: slow\n  ansible.builtin.shell: echo once >> ${at("runs")}; until [ -e ${at("executor-is-back")} ]; do sleep 0.1; done`,
  );
  const { id } = lab.engine.provision(node, "test");
  await until("the task", () => existsSync(at("runs")));
  lab.executor.kill("SIGKILL");
  await once(lab.executor, "exit");
  lab.startExecutor();
  writeFileSync(at("executor-is-back"), "");
  const job = await lab.ended(id);
  assert.equal(job.status, "succeeded", JSON.stringify(job.result));
  assert.equal(job.attempt, 1);
  assert.equal(readFileSync(at("runs"), "utf8"), "once\n");
});

test("an executor that stood still begins late what was given up: that is ended, and the job runs when it is gone", { skip }, async () => {
  const node = await lab.calledHome(
    "late",
    `- name: slow\n  ansible.builtin.shell: until [ -e ${at("first-is-gone")} ]; do sleep 0.1; done`,
  );
  lab.executor.kill("SIGSTOP");
  const { id } = lab.engine.provision(node, "test");
  await until("the executor does not confirm it", () => lab.world.jobs.find(id)?.status === "unknown");
  // An executor may send its heartbeat before it reads its socket. The test sends that message itself, and control takes the run for lost.
  lab.engine.receive({ type: "alive", runs: [] });
  assert.equal(lab.world.jobs.find(id)?.attempt, 2);
  lab.executor.kill("SIGCONT");
  await until("the first run has ended", () => existsSync(at("jobs", id, "1.stopped")) && processesWith(`jobs/${id}/1.`).length === 0);
  writeFileSync(at("first-is-gone"), "");
  const job = await lab.ended(id);
  assert.equal(job.status, "succeeded", JSON.stringify(job.result));
  await until("nothing of it is left", () => processesWith("ansible-playbook.*--limit=late").length === 0);
  assert.ok(lab.story(node).includes("job.interrupted") && !lab.story(node).includes("job.failed"));
  assert.doesNotMatch(lab.todo(), /`late`/);
});

test("control gone in the middle: the run goes on and its outcome and events are taken later, each once", { skip }, async () => {
  const node = await lab.calledHome(
    "patient",
    `- name: slow\n  ansible.builtin.shell: until [ -e ${at("control-is-gone")} ]; do sleep 0.1; done\n- name: last\n  ansible.builtin.command: 'true'`,
  );
  const { id } = lab.engine.provision(node, "test");
  await until("the run", () => existsSync(at("jobs", id, "1.pid")));
  lab.engine.stop();
  lab.link.close();
  writeFileSync(at("control-is-gone"), "");
  await until("its result", () => existsSync(at("jobs", id, "1.result")));
  lab.startEngine();
  assert.equal((await lab.ended(id)).status, "succeeded");
  const tasks = lab.world.events.ofNode(node.id, 0, 100).filter(({ type }) => type === "job.task.ok");
  assert.deepEqual(
    tasks.map(({ summary }) => summary),
    ["slow: changed", "last: changed"],
  );
});

test("SIGKILL of the whole run: interrupted, run again once by itself, visibly", { skip }, async () => {
  rmSync(at("runs"), { force: true });
  const node = await lab.calledHome(
    "phoenix",
    `- name: slow\n  ansible.builtin.shell: echo again >> ${at("runs")}; until [ -e ${at("struck")} ]; do sleep 0.1; done`,
  );
  const { id } = lab.engine.provision(node, "test");
  await until("the task", () => existsSync(at("runs")));
  const [pid] = readFileSync(at("jobs", id, "1.pid"), "utf8").split(" ");
  process.kill(-Number(pid), "SIGKILL");
  writeFileSync(at("struck"), "");
  const job = await lab.ended(id);
  assert.equal(job.status, "succeeded", JSON.stringify(job.result));
  assert.equal(job.attempt, 2);
  assert.ok(lab.world.events.ofNode(node.id, 0, 100).some(({ type }) => type === "job.interrupted"));
});

test("what a killed run left in a session of its own is gone before the run begins again", { skip }, async () => {
  const { id, left } = await atWork("runaway", (sleep) => `exec setsid -w ${sleep}`);
  const [first = ""] = left();
  process.kill(-Number(readFileSync(at("jobs", id, "1.pid"), "utf8").split(" ")[0]), "SIGKILL");
  await until("the second run", () => lab.world.jobs.find(id)?.attempt === 2);
  assert.ok(!left().includes(first));
  lab.engine.cancel(id, "test");
  assert.equal((await lab.ended(id)).status, "cancelled");
  assert.deepEqual(left(), []);
});

test("SIGKILL of the executor while it cancels: the next one goes on with it", { skip }, async () => {
  const { id, left } = await atWork("deaf", (sleep) => `trap '' TERM; ${sleep}`);
  lab.engine.cancel(id, "test");
  await until("the cancel has reached the executor", () => existsSync(at("jobs", id, "1.stopped")));
  lab.executor.kill("SIGKILL");
  await once(lab.executor, "exit");
  lab.startExecutor();
  assert.equal((await lab.ended(id)).status, "cancelled");
  assert.deepEqual(left(), []);
});
