/** Nodes that share one run of the real ansible-playbook. Each has its own job, log and end. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { until } from "../../support/until.ts";
import { EngineLab, freePort, processesWith, skip, stubborn } from "./engine-lab.ts";

let lab: EngineLab;
const GATHER = { limits: { runs: 4, waveSize: 50, gatherMs: 2000, quietMs: 300 } };

before(async () => {
  if (skip) return;
  lab = new EngineLab();
  await lab.start();
});

after(async () => {
  if (!skip) await lab.stop();
});

const job = (id: string) => lab.world.jobs.find(id) as Job;
const at = (...names: string[]) => lab.at(...names);

/** Nodes that call home together. Their jobs are queued while a run waits for more. */
async function wave(names: string[], tasks: string, ports: Record<string, number> = {}): Promise<{ nodes: Node[]; ids: string[] }> {
  lab.restartEngine(GATHER);
  const nodes: Node[] = [];
  for (const name of names) nodes.push(await lab.calledHome(name, tasks, ports[name] === undefined ? {} : { port: ports[name] }));
  // All of them are one machine, so they have one host key.
  await lab.trust([lab.port, ...Object.values(ports)]);
  return { nodes, ids: nodes.map((node) => lab.engine.provision(node, "test").id) };
}

const log = async (id: string) => (await lab.engine.output(id, 0)).text;

test("three nodes, one run; one fails and one is away, and each job tells its own story only", { skip }, async () => {
  const tasks =
    "- name: greet\n  ansible.builtin.command: echo {{ inventory_hostname }}\n- name: judge\n  ansible.builtin.fail:\n    msg: no good\n  when: inventory_hostname == 'w-bad'";
  const { nodes, ids } = await wave(["w-good", "w-bad", "w-away"], tasks, { "w-away": await freePort() });
  const [good, bad, away] = await Promise.all(ids.map((id) => lab.ended(id)));
  assert(good && bad && away);
  assert.equal(new Set([good, bad, away].map(({ run }) => run)).size, 1, "one run");
  assert.partialDeepStrictEqual(good, { status: "succeeded", result: { recap: { ok: 1, failures: 0 } } });
  assert.partialDeepStrictEqual(bad, {
    status: "failed",
    result: { cause: "task", failedTask: { name: "judge", message: "no good" } },
  });
  assert.partialDeepStrictEqual(away, { status: "failed", result: { cause: "unreachable" } });
  assert.deepEqual(
    nodes.map((node) => lab.phase(node)),
    ["ready", "configure-failed", "configure-failed"],
  );

  const [goodLog, badLog, awayLog] = await Promise.all(ids.map(log));
  assert.match(goodLog ?? "", /TASK \[greet\][\s\S]*changed: \[w-good\][\s\S]*PLAY RECAP/);
  assert.match(badLog ?? "", /fatal: \[w-bad\]: FAILED! => .*no good/);
  assert.match(awayLog ?? "", /fatal: \[w-away\]: UNREACHABLE!/);
  for (const [own, text] of [
    ["w-good", goodLog],
    ["w-bad", badLog],
    ["w-away", awayLog],
  ] as const)
    for (const other of ["w-good", "w-bad", "w-away"])
      if (other !== own) assert.ok(!text?.includes(other), `${other} in the log of ${own}`);
  assert.deepEqual(
    lab.story(nodes[0]!).filter((type) => type.startsWith("job.task")),
    ["job.task.ok"],
  );
  await until("the run is forgotten", () => lab.world.runs.all().length === 0);
});

test("a slow node holds back nobody: the others are ready, and may be run again, while it is at work", { skip }, async () => {
  const held = `test {{ inventory_hostname }} != s-slow || until [ -e ${at("let-go")} ]; do sleep 0.2; done`;
  const { nodes, ids } = await wave(["s-quick", "s-slow"], `- name: work\n  ansible.builtin.shell: ${JSON.stringify(held)}`);
  const [quick, slow] = ids as [string, string];
  await lab.ended(quick);
  assert.equal(job(slow).status, "running");
  assert.equal(lab.phase(nodes[0]!), "ready");
  const again = lab.engine.provision(nodes[0]!, "test").id;
  assert.equal((await lab.ended(again)).status, "succeeded");
  assert.equal(job(slow).status, "running");
  assert.notEqual(job(again).run, job(slow).run);
  writeFileSync(at("let-go"), "");
  assert.equal((await lab.ended(slow)).status, "succeeded");
});

test("cancelling one job of a wave ends all that its tasks began, wherever it went, and the others go on", { skip }, async () => {
  const mark = `5${process.pid}`;
  const here = "  delegate_to: localhost\n  vars:\n    ansible_connection: local";
  const shell = (name: string, script: string, node: string, more = "") =>
    `- name: ${name}\n  ansible.builtin.shell: ${JSON.stringify(script)}\n  when: inventory_hostname == '${node}'\n${more}`;
  const tasks = [
    // The nodes have one address, so they share a connection.
    shell("connect", `touch ${at("connected")}`, "c-stuck"),
    shell("wait", `until [ -e ${at("connected")} ]; do sleep 0.1; done`, "c-other", here),
    shell("leave behind", `(setsid sleep ${mark} </dev/null >/dev/null 2>&1 &)`, "c-stuck", here),
    shell("hold", stubborn(mark), "c-stuck", here),
    shell("work", `until [ -e ${at("go-on")} ]; do sleep 0.1; done`, "c-other"),
    `- name: after\n  ansible.builtin.command: touch ${at("after")}-{{ inventory_hostname }}`,
  ].join("\n");
  const { nodes, ids } = await wave(["c-stuck", "c-other"], tasks);
  const [stuck, other] = ids as [string, string];
  await until("all five sleep", () => processesWith(`^sleep ${mark}`).length >= 5);
  assert.equal(lab.engine.cancel(stuck, "test").status, "cancelling");
  const cancelled = await lab.ended(stuck);
  assert.deepEqual(processesWith(mark), []);
  assert.equal(cancelled.status, "cancelled", JSON.stringify(cancelled.result));
  assert.equal(lab.phase(nodes[0]!), "configure-failed");
  assert.equal(job(other).status, "running");
  writeFileSync(at("go-on"), "");
  assert.equal((await lab.ended(other)).status, "succeeded");
  assert.ok(existsSync(`${at("after")}-c-other`) && !existsSync(`${at("after")}-c-stuck`));
});

test("a cancelled node is in no later play either, whatever its strategy and batches, and the others are", { skip }, async () => {
  const hold = `until [ -e ${at("cancelled-one")} ]; do sleep 0.1; done`;
  const { ids } = await wave(["a-stopped", "b-other"], `- name: hold\n  ansible.builtin.shell: ${JSON.stringify(hold)}`);
  lab.laterPlay(`- name: later\n  ansible.builtin.command: touch ${at("later")}-{{ inventory_hostname }}`, "strategy: linear\nserial: 1");
  const [stopped, other] = ids as [string, string];
  await until("they run", () => ids.every((id) => job(id).status === "running"));
  lab.engine.cancel(stopped, "test");
  await until("it is saved", () => readdirSync(at("jobs"), { recursive: true }).some((name) => String(name).endsWith(".cancelled.json")));
  writeFileSync(at("cancelled-one"), "");
  assert.equal((await lab.ended(stopped)).status, "cancelled");
  assert.partialDeepStrictEqual(await lab.ended(other), { status: "succeeded", result: { recap: { ok: 2 } } });
  assert.ok(existsSync(`${at("later")}-b-other`) && !existsSync(`${at("later")}-a-stopped`));
});

test("who fails or is away in an earlier play has ended there, once; who was rescued goes on", { skip }, async () => {
  const hold = `touch ${at("holds")}-{{ inventory_hostname }}; until [ -e ${at("finish")} ]; do sleep 0.1; done`;
  const tasks = `- name: greet
  ansible.builtin.command: echo hello
- block:
    - name: judge
      ansible.builtin.fail:
        msg: no good
      when: inventory_hostname in ['t-bad', 't-rescued']
  rescue:
    - name: mend
      ansible.builtin.fail:
        msg: beyond help
      when: inventory_hostname == 't-bad'
- name: hold
  ansible.builtin.shell: ${JSON.stringify(hold)}`;
  const names = ["t-good", "t-rescued", "t-bad", "t-away"];
  const { ids } = await wave(names, tasks, { "t-away": await freePort() });
  lab.laterPlay(`- name: later\n  ansible.builtin.command: touch ${at("second")}-{{ inventory_hostname }}`, "strategy: muster_wave");
  const [good, rescued, bad, away] = ids as [string, string, string, string];
  assert.partialDeepStrictEqual(await lab.ended(bad), {
    status: "failed",
    result: { failedTask: { message: "beyond help" }, recap: { ok: 1, failures: 1, rescued: 1, unreachable: 0 } },
  });
  assert.partialDeepStrictEqual(await lab.ended(away), {
    status: "failed",
    result: { cause: "unreachable", recap: { ok: 0, unreachable: 1 } },
  });
  await until("the others hold", () => ["good", "rescued"].every((name) => existsSync(`${at("holds")}-t-${name}`)));
  assert.deepEqual([job(good).status, job(rescued).status], ["running", "running"]);
  const { run = "" } = job(good);
  writeFileSync(at("finish"), "");
  assert.partialDeepStrictEqual(await lab.ended(good), { status: "succeeded", result: { recap: { ok: 3, failures: 0, rescued: 0 } } });
  assert.partialDeepStrictEqual(await lab.ended(rescued), { status: "succeeded", result: { recap: { failures: 0, rescued: 1 } } });
  assert.deepEqual(
    names.filter((name) => existsSync(`${at("second")}-${name}`)),
    ["t-good", "t-rescued"],
  );
  await until("the run is forgotten", () => lab.world.runs.all().length === 0);
  const ends = readFileSync(at("jobs", `${run}.events.ndjson`), "utf8").match(/(?<="host": ")[^"]+(?=".*"event": "host-end")/g);
  assert.deepEqual(ends?.toSorted(), names.toSorted());
  for (const id of ids) assert.equal((await log(id)).match(/PLAY RECAP/g)?.length, 1);
});

for (const last of ["bad", "other"])
  test(`a task with run_once that fails takes all nodes out of the run, and none has succeeded: the ${last} one comes last`, {
    skip,
  }, async () => {
    const names = [`o-bad-${last}`, `o-other-${last}`];
    const tasks = `- ansible.builtin.shell: test {{ inventory_hostname }} != o-${last}-${last} || sleep 1\n- name: once\n  ansible.builtin.fail:\n    msg: no good\n  when: inventory_hostname == '${names[0]}'\n  run_once: true`;
    const { ids } = await wave(names, tasks);
    lab.laterPlay(`- name: later\n  ansible.builtin.command: touch ${at("after-once")}`, "strategy: muster_wave");
    for (const id of ids) assert.partialDeepStrictEqual(await lab.ended(id), { status: "failed", result: { cause: "task" } });
    assert.ok(!existsSync(at("after-once")));
  });

test("when the last job of a wave is cancelled, nothing of the run is left", { skip }, async () => {
  const mark = `6${process.pid}`;
  const tasks = `- name: hold\n  ansible.builtin.shell: trap '' TERM; sleep ${mark}\n  delegate_to: localhost\n  vars:\n    ansible_connection: local`;
  const { ids } = await wave(["l-one", "l-two"], tasks);
  await until("both hold", () => processesWith(`^sleep ${mark}`).length === 2);
  for (const id of ids) lab.engine.cancel(id, "test");
  for (const id of ids) assert.equal((await lab.ended(id)).status, "cancelled");
  await until("nothing is left", () => processesWith(mark).length === 0);
});

test("SIGKILL of the executor: the wave goes on, is found again and each job is counted once", { skip }, async () => {
  const tasks = `- name: slow\n  ansible.builtin.shell: echo {{ inventory_hostname }} >> ${at("wave-runs")}; until [ -e ${at("executor-is-back")} ]; do sleep 0.1; done`;
  const { ids } = await wave(["k-one", "k-two"], tasks);
  await until("the task", () => existsSync(at("wave-runs")) && readFileSync(at("wave-runs"), "utf8").split("\n").length === 3);
  lab.executor.kill("SIGKILL");
  await once(lab.executor, "exit");
  lab.startExecutor();
  writeFileSync(at("executor-is-back"), "");
  for (const id of ids) assert.partialDeepStrictEqual(await lab.ended(id), { status: "succeeded", attempt: 1 });
  assert.deepEqual(readFileSync(at("wave-runs"), "utf8").trim().split("\n").toSorted(), ["k-one", "k-two"]);
});

test("SIGKILL of the whole wave: who had come to an end has succeeded, the others run again once, together", { skip }, async () => {
  const tasks = `- name: work\n  ansible.builtin.shell: echo {{ inventory_hostname }} >> ${at("phoenix")}; test {{ inventory_hostname }} = p-done || until [ -e ${at("struck")} ]; do sleep 0.1; done`;
  const { nodes, ids } = await wave(["p-done", "p-one", "p-two"], tasks);
  const [done, one, two] = ids as [string, string, string];
  await lab.ended(done);
  const began = () => readFileSync(at("phoenix"), "utf8").trim().split("\n").toSorted();
  await until("the others are at work", () => began().length === 3);
  const [leader = ""] = (job(one).run ?? "").split("/");
  const [pid] = readFileSync(at("jobs", leader, "1.pid"), "utf8").split(" ");
  process.kill(-Number(pid), "SIGKILL");
  writeFileSync(at("struck"), "");
  for (const id of [one, two]) assert.partialDeepStrictEqual(await lab.ended(id), { status: "succeeded", attempt: 2 });
  assert.equal(job(done).attempt, 1);
  assert.equal(job(one).run, job(two).run);
  assert.deepEqual(began(), ["p-done", "p-one", "p-one", "p-two", "p-two"]);
  assert.ok(lab.story(nodes[1]!).includes("job.interrupted"));
});

test("a playbook that cannot be read says so in the log of every job of the wave", { skip }, async () => {
  const { ids } = await wave(["y-one", "y-two"], "- name: x\n bad: [");
  for (const id of ids) {
    assert.partialDeepStrictEqual(await lab.ended(id), { status: "failed", result: { cause: "playbook" } });
    assert.match(await log(id), /Syntax Error|ERROR!/);
  }
});

test("an executor that says nothing makes its jobs unknown, and known again when it speaks", { skip }, async () => {
  const { nodes, ids } = await wave(
    ["u-one", "u-two"],
    `- name: slow\n  ansible.builtin.shell: until [ -e ${at("speaks")} ]; do sleep 0.1; done`,
  );
  await until("they run", () => ids.every((id) => job(id).status === "running"));
  lab.executor.kill("SIGSTOP");
  try {
    await until("control does not know", () => ids.every((id) => job(id).status === "unknown"));
  } finally {
    lab.executor.kill("SIGCONT");
    writeFileSync(at("speaks"), "");
  }
  for (const id of ids) assert.partialDeepStrictEqual(await lab.ended(id), { status: "succeeded", attempt: 1 });
  assert.ok(lab.story(nodes[0]!).includes("job.unknown"));
});

test("a wave leaves no file of its own but its output and events", { skip }, async () => {
  const { ids } = await wave(["f-one", "f-two"], "- name: ping\n  ansible.builtin.ping:");
  for (const id of ids) await lab.ended(id);
  const left = (id: string) => readdirSync(at("jobs", id)).toSorted().join(" ");
  await until("the run is forgotten", () => left(ids[0]!) === "1.events.ndjson 1.wave.log output.log");
  assert.equal(left(ids[1]!), "output.log");
});
