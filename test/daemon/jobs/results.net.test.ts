/** The results of jobs: retries, deadlines, processes and TODO.md, with the real ansible-playbook and sshd. */
import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { until } from "../../support/until.ts";
import { EngineLab, processesWith, skip, stubborn } from "./engine-lab.ts";

let lab: EngineLab;

before(async () => {
  if (skip) return;
  lab = new EngineLab();
  await lab.start();
});

after(async () => {
  if (!skip) await lab.stop();
});

const PING = "- name: ping\n  ansible.builtin.ping:";

test("a node that cannot be reached is tried again, visibly, and is ready when it answers", { skip }, async () => {
  lab.restartEngine({ unreachableRetries: 2, retryDelaySeconds: 1 });
  const node = await lab.calledHome("rebooting", PING);
  lab.stopSshd();
  const { id } = lab.engine.provision(node, "test");
  await until("the second attempt is waited for", () => lab.world.jobs.find(id)?.retryAt !== undefined);
  const waiting = lab.world.jobs.find(id);
  assert.partialDeepStrictEqual(waiting, { status: "waiting", attempt: 2 });
  assert.equal(lab.phase(node), "configuring");
  lab.startSshd();
  const job = await lab.ended(id);
  assert.equal(job.status, "succeeded", JSON.stringify(job.result));
  assert.equal(job.retryAt, undefined);
  const retry = lab.world.events.ofNode(node.id, 0, 100).find(({ type }) => type === "job.unreachable");
  // On a busy machine, Ansible may notice that ssh has ended before it can read the reason.
  assert.match(retry?.summary ?? "", /^unreachable: .*(Connection refused|Broken pipe); attempt 2 of 3 in 1 s$/);
});

test("after its retries it has failed, unreachable; a failed task is never tried again", { skip }, async () => {
  lab.restartEngine({ unreachableRetries: 1, retryDelaySeconds: 1 });
  const away = await lab.calledHome("gone", PING, { port: 9 });
  const gone = await lab.ended(lab.engine.provision(away, "test").id);
  assert.equal(gone.attempt, 2);
  assert.partialDeepStrictEqual(gone, { status: "failed", result: { cause: "unreachable", recap: { unreachable: 1 } } });
  assert.match(gone.result?.summary ?? "", /\(tried 2 times\)$/);

  const bad = await lab.calledHome("broken", "- name: break\n  ansible.builtin.command: 'false'");
  const broken = await lab.ended(lab.engine.provision(bad, "test").id);
  assert.partialDeepStrictEqual(broken, { status: "failed", attempt: 1, result: { cause: "task", failedTask: { name: "break" } } });
});

test("a job that waits for its next attempt can be cancelled", { skip }, async () => {
  lab.restartEngine({ unreachableRetries: 2, retryDelaySeconds: 60 });
  const node = await lab.calledHome("patience", PING, { port: 9 });
  const { id } = lab.engine.provision(node, "test");
  await until("it waits", () => lab.world.jobs.find(id)?.retryAt !== undefined);
  assert.equal(lab.engine.cancel(id, "test").status, "cancelled");
  assert.equal(lab.phase(node), "configure-failed");
});

for (const [word, how] of [
  ["cancelled", "cancelled"],
  ["timed-out", "over its deadline"],
] as const) {
  test(`a playbook that sleeps, forks and ignores TERM, ${how}: ${word}, and no process is left`, { skip }, async () => {
    lab.restartEngine();
    const mark = `4${process.pid}${word === "cancelled" ? 1 : 2}`;
    const shell = stubborn(mark);
    const node = await lab.calledHome(
      `hold-${word}`,
      `- name: hold\n  ansible.builtin.shell: ${JSON.stringify(shell)}\n  delegate_to: localhost\n  vars:\n    ansible_connection: local`,
    );
    const { id } = lab.engine.provision(node, "test");
    await until("all four sleep", () => processesWith(`^sleep ${mark}`).length >= 4);
    if (word === "cancelled") lab.engine.cancel(id, "test");
    else await lab.passDeadline(id);
    const job = await lab.ended(id);
    assert.deepEqual(processesWith(mark), []);
    assert.equal(job.status, word, JSON.stringify(job.result));
    assert.match(job.result?.summary ?? "", /what had begun on the node may have continued/);
    assert.equal(lab.phase(node), "configure-failed");
    assert.ok(lab.story(node).includes(`job.${word}`));
  });
}

test("a playbook that is no YAML never began, and says where", { skip }, async () => {
  lab.restartEngine();
  const node = await lab.calledHome("yaml", PING);
  writeFileSync(lab.at("ansible/playbook.yaml"), "- hosts: worker_nodes\n  tasks:\n   - name: x\n  bad: [\n");
  const job = await lab.ended(lab.engine.provision(node, "test").id);
  assert.partialDeepStrictEqual(job, { status: "failed", result: { cause: "playbook" } });
  assert.match(job.result?.hint ?? "", /not valid YAML/);
  assert.match(job.result?.summary ?? "", /playbook\.yaml line \d/);
});

test("TODO.md shows the end of a long output, and is ticked when the node succeeds", { skip }, async () => {
  lab.restartEngine();
  const lines =
    "- name: talk\n  ansible.builtin.debug:\n    msg: \"{{ 'x' * 6000000 }}\"\n- name: break\n  ansible.builtin.fail:\n    msg: the very end";
  const node = await lab.calledHome("talker", lines);
  const { id } = lab.engine.provision(node, "test");
  assert.equal((await lab.ended(id)).status, "failed");
  await until("TODO.md", () => lab.todo().includes(id));
  const told = lab.todo().slice(lab.todo().indexOf("## Provisioning Failed for `talker`"));
  assert.match(told, /- \[ \] Done/);
  assert.match(told, /fatal: \[talker\]: FAILED! =>.*the very end[\s\S]*PLAY RECAP/);

  lab.playbook(PING);
  assert.equal((await lab.ended(lab.engine.provision(node, "test").id)).status, "succeeded");
  await until("it is ticked", () => /for `talker`\n\n- \[x\] Done/.test(lab.todo()));
});

test("a run that cannot even be started has failed, and TODO.md says so", { skip }, async () => {
  const node = await lab.calledHome("spawnless", PING);
  renameSync(lab.at("ansible"), lab.at("moved-away"));
  try {
    const job = await lab.ended(lab.engine.provision(node, "test").id);
    assert.partialDeepStrictEqual(job, { status: "failed", attempt: 1, result: { cause: "not-started" } });
    await until("TODO.md", () => lab.todo().includes("## Provisioning Failed for `spawnless`"));
  } finally {
    renameSync(lab.at("moved-away"), lab.at("ansible"));
  }
});
