/** Changes from end to end: the command line, the daemon with its executor, and nodes with a real sshd. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { AuditRecord } from "../../../../daemon/contract/audit/audit.ts";
import type { Approval } from "../../../../daemon/contract/changes/approval.ts";
import type { Proposed } from "../../../../daemon/contract/changes/change-routes.ts";
import type { Execution } from "../../../../daemon/contract/changes/execution.ts";
import { createDataDir, dataDir } from "../../../../daemon/data-dir.ts";
import { openStores } from "../../../../daemon/store/stores.ts";
import { noSshd, type Sshd, startSshd } from "../../../support/network/sshd.ts";
import { until } from "../../../support/until.ts";
import { addNode } from "../../../support/world.ts";
import { muster, type Running, startDaemon, temporary } from "../muster.ts";

const { folder, remove } = temporary();
const data = dataDir(join(folder, "data"));
const forms = join(folder, "forms");
const runbooks = join(folder, "runbooks");
const programs = join(folder, "programs");
const scopes = { n1: "prod", n2: "prod", n3: "dev" } as const;
const stops: (() => Promise<void>)[] = [];
let daemon: Running;
const people: Record<string, NodeJS.ProcessEnv> = {};

/** Tests must not restart services of this machine. So the nodes have a systemctl that only records its call. */
function writeStandIns(): void {
  mkdirSync(programs);
  for (const [name, script] of [
    ["systemctl", `echo "$@" >> ${folder}/restarted`],
    ["pause", 'until [ -e "$1-go" ]; do sleep 0.1; done; printf 1 >> "$1"'],
  ] as const) {
    writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(programs, name), 0o755);
  }
}

/** Steps that create a folder and can undo that. The last step of the runbook always fails. */
function writeForms(): void {
  for (const place of [forms, runbooks]) mkdirSync(place);
  const ssh = "execution: { method: ssh, requires_target: true }\n";
  const path = `parameters:\n  - { name: path, description: A folder, required: true, pattern: "/.+", example: /tmp/x }\n`;
  const form = (name: string, text: string) =>
    writeFileSync(join(forms, `${name}.yaml`), `name: ${name}\ndescription: For a test.\n${ssh}${text}`);
  form("make", `${path}command: [mkdir, "{path}"]\nundo: { tool: unmake, parameters: { path: "{path}" } }\n`);
  form("unmake", `${path}command: [mv, "{path}", "{path}.undone"]\n`);
  form(
    "pause",
    `parameters:\n  - { name: note, description: A file, required: true, pattern: "/.+", example: /tmp/x }\ncommand: [pause, "{note}"]\n`,
  );
  form("erase", `${path}command: [rm, -rf, "{path}"]\n`);
  const step = (id: string, at: string) => `  - { id: ${id}, tool: make, parameters: { path: "${at}" } }\n`;
  writeFileSync(
    join(runbooks, "three-folders.yaml"),
    `name: three-folders\ndescription: For a test.\ntriggers: [{ symptom: test }]\nsteps:\n${step("first", join(folder, "first"))}${step("second", join(folder, "second"))}${step("third", "/proc/nothing/here")}success:\n  - { step: third, means: It is there. }\n`,
  );
}

async function startNodes(): Promise<void> {
  createDataDir(data);
  const keyFile = join(data.executor, "id_ed25519");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", keyFile]);
  const sshds = new Map<string, Sshd>();
  const hook = { after: (stop: () => Promise<void>) => stops.push(stop) };
  for (const name of Object.keys(scopes))
    sshds.set(name, await startSshd(hook, folder, { node: name, keyFile, path: `${programs}:/usr/bin:/bin` }));

  const world = openStores(data.database);
  for (const [name, { place }] of sshds) {
    const node = addNode(world, { phase: "ready", since: new Date().toISOString() }, name);
    const event = { source: "control", type: "node.ready", summary: "made for a test" } as const;
    world.registry.update(node.id, (was) => ({ node: { ...was, address: place.host }, event }));
    world.hostKeys.pin(node.id, place.hostKey, new Date());
  }
  world.db.close();
  const host = ([name, { place }]: [string, Sshd]) => [
    name,
    { ansible_host: place.host, ansible_port: place.port, ansible_user: place.user },
  ];
  const inScope = (scope: string) =>
    Object.fromEntries(
      Object.entries(scopes)
        .filter(([, each]) => each === scope)
        .map(([name]) => [name, {}]),
    );
  const children = {
    worker_nodes: { hosts: Object.fromEntries([...sshds].map(host)) },
    prod: { hosts: inScope("prod") },
    dev: { hosts: inScope("dev") },
  };
  writeFileSync(data.inventory, JSON.stringify({ all: { children } }));
}

async function as<T>(who: string, ...args: string[]): Promise<{ code: number | null; err: string; said: T }> {
  const { code, out, err } = await muster(["--json", ...args], people[who]);
  return { code, err, said: (out === "" ? undefined : JSON.parse(out)) as T };
}

const planOf = async (id: string): Promise<Proposed> => {
  const response = await fetch(`${daemon.url}/api/plans/${id}`, { headers: { authorization: `Bearer ${daemon.key}` } });
  return (await response.json()) as Proposed;
};

/** The process id of a child of this daemon, found by the data folder. */
function childOf(name: string): number {
  const found = readdirSync("/proc").find((pid) => {
    if (!/^\d+$/.test(pid) || !existsSync(`/proc/${pid}/cmdline`)) return false;
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return args.includes(data.root) && args[args.indexOf("child") + 1] === name;
  });
  return Number(found ?? assert.fail(`no ${name} runs`));
}

const audit = async (): Promise<AuditRecord[]> => {
  const response = await fetch(`${daemon.url}/api/audit?limit=1000`, { headers: { authorization: `Bearer ${daemon.key}` } });
  assert.equal(response.status, 200);
  return ((await response.json()) as AuditRecord[]).toReversed();
};

describe("every change", { skip: noSshd, concurrency: 1 }, () => {
  before(async () => {
    writeStandIns();
    writeForms();
    await startNodes();
    daemon = await startDaemon(folder, `tools: { forms_directory: ${forms}, runbooks_directory: ${runbooks} }\n`);
    for (const name of ["ada", "bob"]) {
      const { out } = await muster(
        ["--json", "key", "create", "--name", name, "--owner", name, "--role", "operator", "--data", data.root],
        daemon.env,
      );
      people[name] = { MUSTER_URL: daemon.url, MUSTER_KEY: (JSON.parse(out) as { key: string }).key };
    }
  });
  after(async () => {
    await daemon?.stop();
    for (const stop of stops) await stop();
    remove();
  });

  test("disk usage runs at once on every node and shows its output", async () => {
    const { code, out, err } = await muster(["do", "disk_usage", "--on", "all", "--follow"], people.ada);
    assert.equal(code, 0, out + err);
    for (const name of Object.keys(scopes)) assert.match(out, new RegExp(`disk_usage on ${name}: succeeded\\n {2}Filesystem`));
    assert.match(out, /\nsucceeded\n$/);
  });

  test("a restart in prod waits, is approved by a second person, runs, and is recorded from proposal to outcome", async () => {
    const asked = await as<Proposed>("ada", "do", "service_restart", "unit=ssh.service", "--on", "group:prod", "--reason", "it hangs");
    assert.equal(asked.code, 0, asked.err);
    const { work, approval } = asked.said;
    assert.equal(work.decision.rule, "write-in-prod");
    const { said: pending } = await as<Approval[]>("bob", "approvals");
    assert.deepEqual(
      pending.map(({ id }) => id),
      [approval?.id],
    );
    const own = await as("ada", "approve", approval?.id ?? "");
    assert.equal(own.code, 1);
    assert.match(own.err, /VOTE_REFUSED.*the requester has no vote/);
    assert.equal(existsSync(join(folder, "restarted")), false);

    const yes = await muster(["approve", approval?.id ?? "", "--reason", "as announced"], people.bob);
    assert.equal(yes.code, 0, yes.err);
    const { out } = await muster(["execution", (await as<Execution[]>("ada", "executions")).said[0]?.id ?? "", "--follow"], people.ada);
    assert.match(out, /\nsucceeded\n$/);
    assert.equal(readFileSync(join(folder, "restarted"), "utf8"), "restart ssh.service\nrestart ssh.service\n");
    const about = (await audit())
      .filter(({ planHash }) => planHash === work.hash)
      .map(({ action, actor, result }) => [action, actor.name, result]);
    assert.deepEqual(about, [
      ["proposal", "ada", undefined],
      ["decision", "ada", "needs-approval"],
      ["vote", "bob", "approve"],
      ["intent", "ada", "succeeded"],
      ["outcome", "ada", "succeeded"],
    ]);
  });

  test("a denied change does not run", async () => {
    const { said } = await as<Proposed>("ada", "do", "service_restart", "unit=cron.service", "--on", "n1");
    const no = await muster(["deny", said.approval?.id ?? "", "--reason", "not now"], people.bob);
    assert.equal(no.code, 0, no.err);
    assert.equal((await as<Proposed>("ada", "plan", said.work.id)).said.approval?.state, "denied");
    assert.doesNotMatch(readFileSync(join(folder, "restarted"), "utf8"), /cron/);
  });

  test("a deletion in prod is refused with the name of the rule, also for an admin", async () => {
    const kept = join(folder, "kept");
    mkdirSync(kept);
    const { code, err } = await muster(["do", "erase", `path=${kept}`, "--on", "n1"], daemon.env);
    assert.equal(code, 1);
    assert.match(err, /denied by the rule delete-in-prod/);
    assert.ok(existsSync(kept));
  });

  test("after a failed step, the steps before it are undone, the newest first", async () => {
    const { code, out, err } = await muster(["do", "--runbook", "three-folders", "--on", "n3", "--follow"], people.ada);
    assert.equal(code, 1, err);
    const steps = [...out.matchAll(/^(r?\d+) .* on n3: (\w+)/gm)].map(([, id, status]) => `${id} ${status}`);
    assert.deepEqual(steps, ["1 succeeded", "2 succeeded", "3 failed", "r2 succeeded", "r3 succeeded"]);
    assert.match(out, /\nrolled-back: /);
    assert.deepEqual(
      ["first", "second", "first.undone", "second.undone"].map((name) => existsSync(join(folder, name))),
      [false, false, true, true],
    );
  });

  test("a dry run shows the plan and does nothing", async () => {
    const { code, out } = await muster(["do", "make", `path=${folder}/never`, "--on", "n3", "--dry-run"], people.ada);
    assert.equal(code, 0);
    assert.match(out, /Allowed by the rule write-in-dev/);
    assert.match(out, /Nothing was done/);
    assert.equal(existsSync(join(folder, "never")), false);
  });

  test("after control is killed, the execution continues, runs once, and its end is recorded", async () => {
    const note = join(folder, "noted");
    const { said } = await as<Proposed>("ada", "do", "pause", `note=${note}`, "--on", "n3");
    await until("it runs", async () => (await planOf(said.work.id)).execution?.steps[0]?.status === "running");
    process.kill(childOf("control"), "SIGKILL");
    writeFileSync(`${note}-go`, "");
    await until("it has ended", async () => (await planOf(said.work.id).catch(() => undefined))?.execution?.endedAt !== undefined);
    const { execution } = await planOf(said.work.id);
    assert.equal(execution?.status, "succeeded", execution?.error);
    assert.equal(readFileSync(note, "utf8"), "1");
    assert.deepEqual(
      (await audit()).filter(({ executionId }) => executionId === execution?.id).map(({ action, result }) => `${action} ${result}`),
      ["intent succeeded", "outcome succeeded"],
    );
  });

  test("after the executor is killed, the outcome is unknown, and the step does not run again", async () => {
    const note = join(folder, "lost");
    const { said } = await as<Proposed>("ada", "do", "pause", `note=${note}`, "--on", "n3");
    await until("it runs", async () => (await planOf(said.work.id)).execution?.steps[0]?.status === "running");
    process.kill(childOf("executor"), "SIGKILL");
    writeFileSync(`${note}-go`, "");
    await until("it has ended", async () => (await planOf(said.work.id)).execution?.endedAt !== undefined);
    const { execution } = await planOf(said.work.id);
    assert.deepEqual([execution?.status, execution?.steps.map(({ status }) => status)], ["unknown", ["unknown"]]);
    const again = await muster(["do", "disk_usage", "--on", "n3", "--follow"], people.ada);
    assert.equal(again.code, 0, again.err);
  });

  const mistakes: [what: string, args: string[], code: number, says: RegExp][] = [
    ["a proposal without a tool", ["do", "--on", "n1"], 2, /no tool, runbook or incident was given/],
    ["a word that is not a parameter", ["do", "disk_usage", "n1"], 2, /n1: is not a parameter/],
    ["a parameter before the tool", ["do", "unit=x", "--on", "n1"], 2, /the tool comes before its parameters/],
    ["an unknown tool", ["do", "fly", "--on", "n1"], 1, /there is no tool fly/],
    ["an unknown node", ["do", "disk_usage", "--on", "n9"], 1, /there is no node n9/],
    [
      "a read-only proposal that would change something",
      ["do", "make", "path=/tmp/x", "--on", "n3", "--read-only"],
      1,
      /denied by the rule read-only/,
    ],
    ["a denial without a reason", ["deny", "apr_x"], 2, /--reason/],
    ["an unknown approval", ["approve", `apr_${"x".repeat(22)}`], 1, /no approval has the id/],
    ["an invalid id", ["plan", "x"], 1, /id/],
  ];
  for (const [what, args, code, says] of mistakes)
    test(`${what} is refused`, async () => {
      const answer = await muster(args, people.ada);
      assert.equal(answer.code, code, answer.out + answer.err);
      assert.match(answer.err, says);
    });
});
