/** Plans on machines behind SSH, each a real sshd on loopback, and an executor that is killed in the middle. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ProposalInput } from "../../../../daemon/contract/changes/plan.ts";
import type { FromExecutor } from "../../../../daemon/contract/executor-protocol.ts";
import { type LabNode, PlanLab } from "../../../support/changes/plan-lab.ts";
import { noSshd as skip, startSshd } from "../../../support/network/sshd.ts";
import { until } from "../../../support/until.ts";
import { forms as localForms } from "./plan-forms.ts";

const ssh = "description: For a test.\nexecution: { method: ssh, requires_target: true }\n";
const path = 'parameters:\n  - { name: path, description: A file, required: true, pattern: "/.+", example: /tmp/x }\n';
const forms = {
  ...localForms,
  remote_look: `${ssh}${path}command: [cat, "{path}"]\n`,
  remote_make: `${ssh}${path}command: [mkdir, "{path}"]\nundo: { tool: remote_unmake, parameters: { path: "{path}" } }\n`,
  remote_unmake: `${ssh}${path}command: [mv, "{path}", "{path}.undone"]\n`,
  remote_wait: `${ssh}command: [sleep, "7927"]\ntimeout_seconds: 3600\n`,
};
const runbooks = {
  "make-twice":
    'description: For a test.\ntriggers: [{ symptom: test }]\nparameters:\n  - { name: folder, description: Where, required: true, pattern: "/.+", example: /tmp/x }\n' +
    'steps:\n  - { id: a, tool: remote_make, parameters: { path: "{folder}/made" } }\n  - { id: b, tool: remote_make, parameters: { path: "{folder}/made" } }\n' +
    "success:\n  - { step: b, means: It is there. }\n",
};

const tool = (name: string, parameters: Record<string, string> = {}, targets = ["n1"]): ProposalInput => ({
  goal: { kind: "tool", tool: name, parameters },
  targets,
});

/** The sshd starts before the node is added, and accepts the executor's key. */
async function start(t: TestContext, change: (node: LabNode) => LabNode = (node) => node) {
  const lab = await PlanLab.start(t, [], forms, runbooks);
  const sshd = await startSshd(t, lab.folder, { keyFile: join(lab.data.executor, "id_ed25519") });
  const { host, port, user, hostKey } = sshd.place;
  lab.addNodes([change({ name: "n1", group: "dev", address: host, port, user, hostKey })]);
  return { lab, sshd };
}

test("a plan looks at a machine over SSH, with the key pinned for it", { skip }, async (t) => {
  const { lab, sshd } = await start(t);
  writeFileSync(join(lab.folder, "seen"), "hello from afar");
  const end = await lab.execute(lab.begin(lab.plan(tool("remote_look", { path: join(lab.folder, "seen") }))));
  assert(typeof end !== "string", String(end));
  assert.equal(end.status, "succeeded");
  assert.equal(end.steps[0]?.output, "hello from afar");
  assert.match(sshd.log(), /Accepted publickey/);
});

test("steps that fail there are taken back there, over one connection", { skip }, async (t) => {
  const { lab, sshd } = await start(t);
  const work = lab.plan({ goal: { kind: "runbook", runbook: "make-twice", parameters: { folder: lab.folder } }, targets: ["n1"] });
  const end = await lab.execute(lab.begin(work));
  assert(typeof end !== "string", String(end));
  assert.equal(end.status, "rolled-back");
  assert.ok(existsSync(join(lab.folder, "made.undone")));
  assert.equal(sshd.log().match(/Accepted publickey/g)?.length, 1);
});

test("a machine that shows another key than the pinned one is told nothing", { skip }, async (t) => {
  const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0w4Yb3m0l9Q0hCq5oQm4C2i1sQ9m0m9l3c8w4u4o5k";
  const { lab, sshd } = await start(t, (node) => ({ ...node, hostKey: other }));
  const end = await lab.execute(lab.begin(lab.plan(tool("remote_make", { path: join(lab.folder, "made") }))));
  assert(typeof end !== "string", String(end));
  assert.equal(end.status, "failed");
  assert.match(end.error ?? "", /shows another host key than the one pinned for it/);
  assert.doesNotMatch(sshd.log(), /Accepted/);
  assert.ok(!existsSync(join(lab.folder, "made")));
});

test("a machine without a pinned key is not reached at all", { skip }, async (t) => {
  const { lab } = await start(t, ({ hostKey: _, ...node }) => node);
  const end = await lab.execute(lab.begin(lab.plan(tool("remote_look", { path: "/etc/hostname" }))));
  assert(typeof end !== "string", String(end));
  assert.match(end.error ?? "", /no host key is pinned for n1/);
});

test("an executor that ends waits for a short step over SSH, and stops a long one there", { skip }, async (t) => {
  for (const [seconds, status] of [
    ["0.3", "succeeded"],
    ["7927", "cancelled"],
  ] as const) {
    const { lab, sshd } = await start(t);
    writeFileSync(join(lab.forms, "remote_wait.yaml"), `name: remote_wait\n${forms.remote_wait.replace("7927", seconds)}`);
    const id = lab.begin(lab.plan(tool("remote_wait")));
    lab.send({ type: "execute", executionId: id });
    await until("the step is at work", () => sshd.log().includes("Starting session"));
    await lab.leaveExecutor(4000);
    await lab.startExecutor();
    const end = await lab.until<Extract<FromExecutor, { type: "executed" }>>("its end", ({ type }) => type === "executed");
    assert.deepEqual(
      end.steps.map((step) => [step.status, step.error]),
      [[status, status === "cancelled" ? "Muster was stopped" : undefined]],
    );
  }
});

/** The executor in its own process, which the test can kill. */
async function startProcess(t: TestContext, lab: PlanLab): Promise<ChildProcess> {
  await lab.leaveExecutor();
  const at = (name: string) => JSON.stringify(join(import.meta.dirname, "../../../..", name));
  const program = `
    import { startExecutorProcess } from ${at("daemon/processes/executor/executor.ts")};
    import { parseConfig } from ${at("daemon/config/config.ts")};
    import { dataDir } from ${at("daemon/data-dir.ts")};
    import { createLog } from ${at("daemon/log/log.ts")};
    const config = parseConfig(${JSON.stringify(JSON.stringify({ tools: { forms_directory: lab.forms, runbooks_directory: lab.runbooks } }))}, "test");
    await startExecutorProcess(config, dataDir(${JSON.stringify(lab.data.root)}), createLog("executor", "silent"), {});
    process.stdout.write("ready");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  await lab.connect();
  return child;
}

/** `begun`: the step itself is at work, not only saved. */
async function killInTheMiddle(
  t: TestContext,
  lab: PlanLab,
  id: string,
  begun: () => boolean,
): Promise<Extract<FromExecutor, { type: "executed" }>> {
  const child = await startProcess(t, lab);
  lab.send({ type: "execute", executionId: id });
  await lab.until("the step runs", (message) => message.type === "step" && message.step.status === "running");
  await until("the step is at work", begun);
  child.kill("SIGKILL");
  await once(child, "exit");
  await startProcess(t, lab);
  return lab.until("its end", ({ type }) => type === "executed");
}

test("after kill -9 of the executor a step over SSH is unknown, and is not begun again", { skip }, async (t) => {
  const { lab, sshd } = await start(t);
  const id = lab.begin(lab.plan(tool("remote_wait")));
  const end = await killInTheMiddle(t, lab, id, () => sshd.log().includes("Starting session"));
  assert.equal(end.status, "unknown");
  assert.deepEqual(
    end.steps.map(({ status }) => status),
    ["unknown"],
  );
  lab.send({ type: "forget-execution", executionId: id });
  lab.messages.length = 0;
  assert.equal(await lab.execute(id), "this execution was begun already");
});

test("after kill -9 of the executor a step on its own machine is followed to its real end", { skip }, async (t) => {
  const { lab } = await start(t);
  writeFileSync(join(lab.forms, "wait.yaml"), `name: wait\n${localForms.wait}`.replace("default: 300", "default: 3"));
  const id = lab.begin(lab.plan(tool("wait")));
  const end = await killInTheMiddle(t, lab, id, () => existsSync(join(lab.data.executor, "executions", id, "1.pid")));
  assert.equal(end.status, "succeeded");
  assert.equal(end.steps[0]?.exitCode, 0);
});
