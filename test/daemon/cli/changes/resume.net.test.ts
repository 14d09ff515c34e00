/** Plans that a crash or a stop of the whole daemon interrupts: reported step by step, and resumed from the command line. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Proposed } from "../../../../daemon/contract/changes/change-routes.ts";
import type { Execution } from "../../../../daemon/contract/changes/execution.ts";
import { createDataDir, dataDir } from "../../../../daemon/data-dir.ts";
import { openStores } from "../../../../daemon/store/stores.ts";
import { endProcessesOf, processesOf } from "../../../support/processes/left-processes.ts";
import { until } from "../../../support/until.ts";
import { addNode } from "../../../support/world.ts";
import { muster, type Running, startDaemon, temporary } from "../muster.ts";

const { folder, remove } = temporary();
const data = dataDir(join(folder, "data"));
const [forms, runbooks, gate] = ["forms", "runbooks", "gate"].map((name) => join(folder, name)) as [string, string, string];
let daemon: Running;

/** Each step copies a file, and keeps the copies of earlier times. The second step waits until the test writes into a pipe. */
function writeForms(): void {
  for (const place of [forms, runbooks]) mkdirSync(place);
  execFileSync("mkfifo", [gate]);
  for (const [name, more] of [
    ["again", "repeatable: true\n"],
    ["once", ""],
  ]) {
    const path = (parameter: string) =>
      `  - { name: ${parameter}, description: A file, required: true, pattern: "/.+", example: /tmp/x }\n`;
    const execution = "execution: { method: local, requires_target: true }\n";
    const command = 'command: [cp, "--backup=numbered", "{from}", "{to}"]\n';
    const text = `name: ${name}\ndescription: For a test.\n${execution}parameters:\n${path("from")}${path("to")}${command}${more}timeout_seconds: 600\n`;
    writeFileSync(join(forms, `${name}.yaml`), text);
    const step = (id: string) =>
      `  - { id: ${id}, tool: ${name}, parameters: { from: ${id === "slow" ? gate : "/etc/hostname"}, to: ${join(folder, `${name}-${id}`)} } }\n`;
    writeFileSync(
      join(runbooks, `three-${name}.yaml`),
      `name: three-${name}\ndescription: For a test.\ntriggers: [{ symptom: test }]\nsteps:\n${["first", "slow", "last"].map(step).join("")}success:\n  - { step: last, means: It is there. }\n`,
    );
  }
}

/** The number of times that each of the three steps has succeeded. */
const copies = (tool: string) =>
  ["first", "slow", "last"].map((step) => readdirSync(folder).filter((name) => name.split(".")[0] === `${tool}-${step}`).length);
const tidy = () => {
  for (const name of readdirSync(folder)) if (/^(again|once)-/.test(name)) rmSync(join(folder, name));
};

/** The programs of second steps that wait for the pipe. */
const waiting = () => processesOf(folder).filter((pid) => commandOf(pid).startsWith(`cp\0--backup=numbered\0${gate}\0`));
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // It has ended in the meantime.
  }
}
async function openGate(): Promise<void> {
  await until("the second step is at work", () => waiting().length === 1);
  writeFileSync(gate, "x");
}

const start = async () => {
  daemon = await startDaemon(folder, `tools: { forms_directory: ${forms}, runbooks_directory: ${runbooks} }\n`);
};
let key = "";
const ask = (...args: string[]) => muster(args, { MUSTER_URL: daemon.url, MUSTER_KEY: key });
const asked = async <T>(...args: string[]): Promise<T> => {
  const { out, err } = await ask("--json", ...args);
  assert.notEqual(out, "", err);
  return JSON.parse(out) as T;
};

before(async () => {
  writeForms();
  createDataDir(data);
  const world = openStores(data.database);
  addNode(world, { phase: "ready", since: new Date().toISOString() }, "n1");
  world.db.close();
  const children = { worker_nodes: { hosts: { n1: { ansible_host: "10.0.0.1" } } }, dev: { hosts: { n1: {} } } };
  writeFileSync(data.inventory, JSON.stringify({ all: { children } }));
  await start();
  key = daemon.key;
});
after(async () => {
  await daemon?.stop();
  endProcessesOf(folder);
  remove();
});

/** Begins the runbook, and waits until its second step is at work. */
async function begun(runbook: string): Promise<string> {
  const { execution } = await asked<Proposed>("do", "--runbook", runbook, "--on", "n1");
  await until("the second step is at work", () => waiting().length === 1);
  return execution?.id ?? assert.fail("it was not started");
}

const ended = async (id: string): Promise<Execution> => {
  let found: Execution | undefined;
  await until("it has ended", async () => {
    found = await asked<Execution>("execution", id);
    return found.endedAt !== undefined;
  });
  return found ?? assert.fail();
};

/** Ends the daemon and every process that it started, as a power cut does. */
async function powerCut(): Promise<void> {
  await until("nothing is left", () => {
    endProcessesOf(folder);
    return processesOf(folder).length === 0;
  });
  await daemon.stop();
}

test("after SIGTERM the step at work ends by itself, and the plan is resumed after it", async () => {
  const id = await begun("three-again");
  const before = waiting();
  assert.equal(await daemon.stop(), 0);
  assert.deepEqual(waiting(), before);
  await openGate();
  await until("the step ends while no daemon is there", () => processesOf(folder).length === 0);
  assert.deepEqual(copies("again"), [1, 1, 0]);
  await start();
  const { interruption, status } = await ended(id);
  assert.equal(status, "partial");
  assert.partialDeepStrictEqual(interruption, { done: ["1", "2"], cutOff: [], notBegun: ["3"], from: "3", resume: "command" });
  const { out } = await ask("execution", id);
  assert.match(out, /\n {2}done: 1, 2\n {2}not begun: 3\nResume it at step 3: muster execution \S+ --resume\n/);
  const resumed = await ask("execution", id, "--resume", "--follow");
  assert.equal(resumed.code, 0, resumed.out + resumed.err);
  assert.deepEqual(copies("again"), [1, 1, 1]);
  const twice = await ask("execution", id, "--resume");
  assert.equal(twice.code, 1);
  assert.match(twice.err, /it was resumed as plan/);
});

for (const [tool, resume, words, copied] of [
  ["again", "command", ["--resume"], [1, 1, 1]],
  ["once", "person", ["--resume", "--checked", "--done", "2"], [1, 0, 1]],
] as const)
  test(`after a power cut a step that was cut off runs ${tool}`, async () => {
    tidy();
    const id = await begun(`three-${tool}`);
    await powerCut();
    await start();
    const { interruption, status } = await ended(id);
    assert.equal(status, "unknown");
    assert.partialDeepStrictEqual(interruption, { done: ["1"], cutOff: ["2"], notBegun: ["3"], resume });
    if (resume === "person") {
      const refused = await ask("execution", id, "--resume");
      assert.equal(refused.code, 1);
      assert.match(refused.err, /it waits for a person: step 1 uses once, which is not declared repeatable/);
    }
    const resumed = ask("execution", id, ...words, "--follow");
    if (resume === "command") await openGate();
    const { code, out, err } = await resumed;
    assert.equal(code, 0, out + err);
    assert.deepEqual(copies(tool), copied);
  });
