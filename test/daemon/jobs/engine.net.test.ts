/** Engine and executor with the real ansible-playbook and a real sshd on loopback. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "../../../daemon/contract/job.ts";
import type { Node } from "../../../daemon/contract/node.ts";
import { Inventory } from "../../../daemon/inventory/inventory.ts";
import { KnownHosts } from "../../../daemon/inventory/known-hosts.ts";
import { redact, TodoFile } from "../../../daemon/inventory/todo.ts";
import { JobEngine } from "../../../daemon/jobs/engine.ts";
import { ExecutorLink } from "../../../daemon/jobs/link.ts";
import { isLive } from "../../../daemon/jobs/status.ts";
import { createLog } from "../../../daemon/log.ts";
import { addNode, openWorld, type World } from "../../support/world.ts";

const missing = ["/usr/sbin/sshd", "/usr/bin/ansible-playbook"].find((program) => !existsSync(program));
const skip = missing ? `${missing} is not installed` : process.getuid?.() === 0 ? false : "needs root for sshd";
const repository = join(import.meta.dirname, "../../..");
const log = createLog("test", process.env.MUSTER_TEST_LOG ?? "silent");

interface Lab {
  folder: string;
  world: World;
  sshd: ChildProcess;
  port: number;
  hostKey: string;
}

let lab: Lab;
let link: ExecutorLink;
let engine: JobEngine;
let executor: ChildProcess;

const at = (...names: string[]) => join(lab.folder, ...names);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function startExecutorProcess(): ChildProcess {
  const program = `
    import { startExecutor } from ${JSON.stringify(join(repository, "daemon/executor/server.ts"))};
    import { createLog } from ${JSON.stringify(join(repository, "daemon/log.ts"))};
    await startExecutor({ socketPath: ${JSON.stringify(at("executor.sock"))}, jobsDir: ${JSON.stringify(at("jobs"))}, graceMs: 700, log: createLog("executor", "silent"),
      ansible: { directory: ${JSON.stringify(at("ansible"))}, inventory: ${JSON.stringify(at("inventory.yaml"))}, knownHosts: ${JSON.stringify(at("known_hosts"))}, home: ${JSON.stringify(at("home"))} } });
  `;
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "inherit", "inherit"] });
}

function startEngine(): void {
  const { world } = lab;
  link = new ExecutorLink(at("executor.sock"), log, (message) => engine.receive(message));
  engine = new JobEngine({
    ...world,
    executor: link,
    jobsDir: at("jobs"),
    playbook: "playbook.yaml",
    concurrency: 4,
    deadlineSeconds: 60,
    log,
    redact,
    onFailure: (job, node, output) =>
      new TodoFile(at("TODO.md")).add({
        name: job.nodeName,
        address: node?.address,
        at: new Date(),
        jobId: job.id,
        summary: job.result?.summary ?? "",
        hint: job.result?.hint,
        log: output,
      }),
  });
  engine.start();
  link.start();
}

before(async () => {
  if (skip) return;
  const folder = mkdtempSync(join(tmpdir(), "muster-engine-"));
  lab = { folder, world: openWorld(join(folder, "muster.db")), port: await freePort() } as Lab;
  for (const name of ["home", "jobs", "sshd"]) mkdirSync(at(name), { mode: 0o700 });
  cpSync(join(repository, "ansible"), at("ansible"), { recursive: true });
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at("sshd/host")]);
  executor = startExecutorProcess();
  while (!existsSync(at("home/id_ed25519.pub"))) await sleep(20);
  cpSync(at("home/id_ed25519.pub"), at("sshd/authorized_keys"));
  mkdirSync("/run/sshd", { recursive: true });
  const options = [
    `Port ${lab.port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${at("sshd/host")}`,
    `AuthorizedKeysFile ${at("sshd/authorized_keys")}`,
    `PidFile ${at("sshd/pid")}`,
    "UsePAM no",
    "StrictModes no",
    "PermitRootLogin yes",
    "PasswordAuthentication no",
  ];
  lab.sshd = spawn("/usr/sbin/sshd", ["-D", "-f", "/dev/null", ...options.flatMap((option) => ["-o", option])], { stdio: "ignore" });
  lab.hostKey = readFileSync(at("sshd/host.pub"), "utf8").split(" ").slice(0, 2).join(" ");
  startEngine();
});

after(async () => {
  if (skip) return;
  engine.stop();
  link.close();
  lab.sshd.kill();
  executor.kill("SIGKILL");
  await sleep(100);
  rmSync(lab.folder, { recursive: true });
});

/** A node that called home, with a playbook of its own. */
async function calledHome(name: string, tasks: string, { port = lab.port, hostKey = lab.hostKey } = {}): Promise<Node> {
  writeFileSync(at("ansible/playbook.yaml"), `- hosts: worker_nodes\n  gather_facts: false\n  tasks:\n${tasks.replace(/^/gm, "    ")}\n`);
  const node = addNode(lab.world, { phase: "called-home", at: new Date().toISOString(), deadline: new Date().toISOString() }, name);
  await new Inventory(at("inventory.yaml")).upsertHost({ name, address: "127.0.0.1", port });
  await new KnownHosts(at("known_hosts")).write([{ address: "127.0.0.1", hostKey, port }]);
  return node;
}

async function ended(id: string, timeoutMs = 60_000): Promise<Job> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const job = lab.world.jobs.find(id);
    if (job && !isLive(job.status)) return job;
    await sleep(50);
  }
  throw new Error(`job ${id} did not end: ${JSON.stringify(lab.world.jobs.find(id))}`);
}

async function until(what: string, holds: () => boolean, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(50);
  }
}

const phase = (node: Node) => lab.world.nodes.findById(node.id)?.state.phase;
const processesWith = (text: string) => spawnSync("pgrep", ["-f", text], { encoding: "utf8" }).stdout.split("\n").filter(Boolean);

test("a run over SSH makes the node ready, and its tasks are in the timeline", { skip }, async () => {
  const node = await calledHome("good", "- name: say hello\n  ansible.builtin.command: echo hello\n  changed_when: true");
  const job = await ended(engine.provision(node, "test").id);
  assert.equal(job.status, "succeeded", JSON.stringify(job.result));
  assert.partialDeepStrictEqual(job.result, { recap: { ok: 1, changed: 1, failures: 0 } });
  assert.equal(phase(node), "ready");
  const timeline = lab.world.events.ofNode(node.id, 0, 100).map(({ type }) => type);
  assert.deepEqual(timeline.slice(1), ["job.queued", "node.configuring", "job.started", "job.task.ok", "job.succeeded", "node.ready"]);
  const { text, end } = await engine.output(job.id, 0);
  assert.match(text, /PLAY RECAP/);
  assert.ok(end);
});

test("a second job while one runs is refused", { skip }, async () => {
  const node = await calledHome("busy", "- name: wait\n  ansible.builtin.command: sleep 1");
  const { id } = engine.provision(node, "test");
  assert.throws(() => engine.provision(node, "test"), {
    code: "JOB_IN_PROGRESS",
    message: "Provisioning for busy is already in progress.",
  });
  await ended(id);
});

test("a failing task is named with its message, and TODO.md tells the administrator", { skip }, async () => {
  const node = await calledHome("bad", "- name: break\n  ansible.builtin.fail:\n    msg: No space left on device");
  const job = await ended(engine.provision(node, "test").id);
  assert.equal(job.status, "failed");
  assert.deepEqual(job.result?.failedTask, { name: "break", message: "No space left on device" });
  assert.match(job.result?.hint ?? "", /disk of the node is full/);
  assert.equal(phase(node), "configure-failed");
  await until(
    "TODO.md",
    () => existsSync(at("TODO.md")) && readFileSync(at("TODO.md"), "utf8").includes("## Provisioning Failed for `bad`"),
  );
});

test("a node nobody answers at is unreachable, not failed in a task", { skip }, async () => {
  const node = await calledHome("away", "- name: ping\n  ansible.builtin.command: 'true'", { port: await freePort() });
  const job = await ended(engine.provision(node, "test").id);
  assert.equal(job.status, "failed");
  assert.match(job.result?.summary ?? "", /^unreachable/);
});

test("a machine that shows another host key is not spoken to", { skip }, async () => {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at("sshd/other")]);
  const marker = at("touched");
  const node = await calledHome("impostor", `- name: touch\n  ansible.builtin.command: touch ${marker}`, {
    hostKey: readFileSync(at("sshd/other.pub"), "utf8").split(" ").slice(0, 2).join(" "),
  });
  const job = await ended(engine.provision(node, "test").id);
  assert.equal(job.status, "failed");
  assert.match(job.result?.hint ?? "", /another SSH host key/);
  assert.ok(!existsSync(marker));
});

test("a run that matched no host did nothing and is no success", { skip }, async () => {
  const node = await calledHome("unlisted", "- name: never\n  ansible.builtin.command: 'true'");
  writeFileSync(at("ansible/playbook.yaml"), "- hosts: another_group\n  tasks: []\n");
  const job = await ended(engine.provision(node, "test").id);
  assert.equal(job.status, "failed");
});

/** A run on this very machine that holds on to `sleep <seconds>`; the seconds are a name no other process has. */
async function atWork(name: string, shell: (sleep: string) => string) {
  const mark = `3${process.pid}${name.length}`;
  const node = await calledHome(name, `- name: hold\n  ansible.builtin.shell: ${shell(`sleep ${mark}`)}\n  delegate_to: localhost`);
  const { id } = engine.provision(node, "test");
  const left = () => processesWith(`sleep ${mark}`);
  await until("the task", () => left().length > 0);
  return { node, id, left };
}

test("cancel leaves no process, though the task ignores TERM", { skip }, async () => {
  const { node, id, left } = await atWork("stubborn", (sleep) => `trap '' TERM; ${sleep}`);
  engine.cancel(id, "test");
  assert.equal((await ended(id)).status, "cancelled");
  assert.deepEqual(left(), []);
  assert.equal(phase(node), "configure-failed");
});

test("SIGKILL of the executor: the run goes on, is found again and counted once", { skip }, async () => {
  const node = await calledHome("survivor", `- name: slow\n  ansible.builtin.shell: echo once >> ${at("runs")}; sleep 4`);
  const { id } = engine.provision(node, "test");
  await until("the task", () => existsSync(at("runs")));
  executor.kill("SIGKILL");
  await once(executor, "exit");
  executor = startExecutorProcess();
  const job = await ended(id);
  assert.equal(job.status, "succeeded", JSON.stringify(job.result));
  assert.equal(job.attempt, 1);
  assert.equal(readFileSync(at("runs"), "utf8"), "once\n");
});

test("control gone in the middle: the run goes on and its outcome and events are taken later, each once", { skip }, async () => {
  const node = await calledHome(
    "patient",
    "- name: slow\n  ansible.builtin.shell: sleep 3\n- name: last\n  ansible.builtin.command: 'true'",
  );
  const { id } = engine.provision(node, "test");
  await until("the run", () => existsSync(at("jobs", id, "1.pid")));
  engine.stop();
  link.close();
  await until("its result", () => existsSync(at("jobs", id, "1.result")));
  startEngine();
  assert.equal((await ended(id)).status, "succeeded");
  const tasks = lab.world.events.ofNode(node.id, 0, 100).filter(({ type }) => type === "job.task.ok");
  assert.deepEqual(
    tasks.map(({ summary }) => summary),
    ["slow: changed", "last: changed"],
  );
});

test("SIGKILL of the whole run: interrupted, run again once by itself, visibly", { skip }, async () => {
  rmSync(at("runs"), { force: true });
  const node = await calledHome("phoenix", `- name: slow\n  ansible.builtin.shell: echo again >> ${at("runs")}; sleep 2`);
  const { id } = engine.provision(node, "test");
  await until("the task", () => existsSync(at("runs")));
  const [pid] = readFileSync(at("jobs", id, "1.pid"), "utf8").split(" ");
  process.kill(-Number(pid), "SIGKILL");
  const job = await ended(id);
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
  engine.cancel(id, "test");
  assert.equal((await ended(id)).status, "cancelled");
  assert.deepEqual(left(), []);
});

test("SIGKILL of the executor while it cancels: the next one goes on with it", { skip }, async () => {
  const { id, left } = await atWork("deaf", (sleep) => `trap '' TERM; ${sleep}`);
  engine.cancel(id, "test");
  await until("the cancel has reached the executor", () => existsSync(at("jobs", id, "1.stopped")));
  executor.kill("SIGKILL");
  await once(executor, "exit");
  executor = startExecutorProcess();
  assert.equal((await ended(id)).status, "cancelled");
  assert.deepEqual(left(), []);
});
