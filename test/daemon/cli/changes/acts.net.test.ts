/** Muster's own acts in plans, with the whole daemon: the executor checks, control performs, and a kill of either repeats nothing. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Proposed } from "../../../../daemon/contract/changes/change-routes.ts";
import type { Event as TimelineEvent } from "../../../../daemon/contract/event.ts";
import { createDataDir, dataDir } from "../../../../daemon/data-dir.ts";
import { openStores } from "../../../../daemon/store/stores.ts";
import { untilFound } from "../../../support/until.ts";
import { addNode } from "../../../support/world.ts";
import { muster, type Running, startDaemon, temporary } from "../muster.ts";

const { folder, remove } = temporary();
const data = dataDir(join(folder, "data"));
const names = ["n1", "n2", "n3"] as const;
let daemon: Running;
let ada: NodeJS.ProcessEnv;

const at = (name: string, what: string) => join(folder, `${name}-${what}`);
const switched = (name: string) => (existsSync(at(name, "switched")) ? readFileSync(at(name, "switched"), "utf8") : "");

/** A power switch that records when it is pressed, and blocks until its gate is open. */
function writeSwitch(): string {
  const file = join(folder, "switch");
  writeFileSync(file, `#!/bin/sh\necho on >>${folder}/$1-switched\nwhile [ ! -e ${folder}/$1-gate ]; do sleep 0.1; done\n`, {
    mode: 0o755,
  });
  return file;
}

function writeFleet(): void {
  createDataDir(data);
  const world = openStores(data.database);
  for (const name of names) addNode(world, { phase: "ready", since: new Date().toISOString() }, name);
  world.db.close();
  const hosts = Object.fromEntries(names.map((name, index) => [name, { ansible_host: `127.0.9.${index + 1}` }]));
  const dev = { hosts: Object.fromEntries(names.map((name) => [name, {}])) };
  writeFileSync(data.inventory, JSON.stringify({ all: { children: { worker_nodes: { hosts }, dev } } }));
}

async function propose(...args: string[]): Promise<Proposed> {
  const { out, err, code } = await muster(["--json", "do", ...args], ada);
  assert.equal(code, 0, err);
  return JSON.parse(out) as Proposed;
}

const read = async <T>(path: string): Promise<T> => {
  const response = await fetch(`${daemon.url}${path}`, { headers: { authorization: `Bearer ${daemon.key}` } });
  return (await response.json()) as T;
};

const pressed = (name: string) => untilFound(`${name} is switched`, () => (switched(name) === "" ? undefined : true));

/** Works also while control is not running. */
const ended = ({ work }: Proposed) =>
  untilFound("an end", async () => {
    const { execution } = await read<Proposed>(`/api/plans/${work.id}`).catch(() => ({ execution: undefined }));
    return execution?.endedAt === undefined ? undefined : execution;
  });

function childOf(name: string): number {
  const found = readdirSync("/proc").find((pid) => {
    if (!/^\d+$/.test(pid) || !existsSync(`/proc/${pid}/cmdline`)) return false;
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return args.includes(data.root) && args[args.indexOf("child") + 1] === name;
  });
  return Number(found ?? assert.fail(`no ${name} runs`));
}

describe("Muster's own acts in plans", { concurrency: 1 }, () => {
  before(async () => {
    writeFleet();
    const file = writeSwitch();
    const nodes = names.map((name) => `    ${name}: { driver: command, on: [${file}, "{name}"] }\n`);
    daemon = await startDaemon(folder, `power:\n  timeout_seconds: 25\n  nodes:\n${nodes.join("")}`);
    const key = ["--json", "key", "create", "--name", "ada", "--owner", "ada", "--role", "operator", "--data", data.root];
    const { out } = await muster(key, daemon.env);
    ada = { MUSTER_URL: daemon.url, MUSTER_KEY: (JSON.parse(out) as { key: string }).key };
  });
  after(async () => {
    for (const name of names) writeFileSync(at(name, "gate"), "");
    await daemon?.stop();
    remove();
  });

  test("control performs an act in the name of the requester, without a key of the executor", async () => {
    writeFileSync(at("n1", "gate"), "");
    const execution = await ended(await propose("power", "action=on", "--on", "n1"));
    assert.equal(execution.status, "succeeded", execution.error);
    assert.match(execution.steps[0]?.output ?? "", /^n1 received the command/);
    assert.equal(switched("n1"), "on\n");
    assert.deepEqual(existsSync(join(data.executor, "secrets")) ? readdirSync(join(data.executor, "secrets")) : [], []);
    const events = await read<TimelineEvent[]>("/api/nodes/n1/events");
    assert.ok(events.some(({ summary }) => summary === "power on by command, asked by ada"));
  });

  test("after control is killed while it performs an act, the act happened once, and its outcome is unknown", async () => {
    const proposed = await propose("power", "action=on", "--on", "n2");
    await pressed("n2");
    process.kill(childOf("control"), "SIGKILL");
    const execution = await ended(proposed);
    assert.deepEqual([execution.status, execution.steps[0]?.status], ["unknown", "unknown"]);
    assert.match(execution.steps[0]?.error ?? "", /control was stopped during this act: it may have happened/);
    assert.equal(switched("n2"), "on\n");
  });

  test("after the executor is killed while it waits for an act, the act happened once, and its outcome is unknown", async () => {
    const proposed = await propose("power", "action=on", "--on", "n3");
    await pressed("n3");
    process.kill(childOf("executor"), "SIGKILL");
    const execution = await ended(proposed);
    assert.deepEqual([execution.status, execution.steps[0]?.status], ["unknown", "unknown"]);
    assert.equal(switched("n3"), "on\n");
  });
});
