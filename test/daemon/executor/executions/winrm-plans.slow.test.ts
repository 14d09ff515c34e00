/**
 * Steps on Windows go through Ansible and WinRM. Another program stands in for Windows, and another file for the collection
 * ansible.windows. Windows itself has not been tried.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { PlanLab } from "../../../support/changes/plan-lab.ts";
import { type Answer, startWsMan, type WsMan } from "../../../support/network/ws-man-stand-in.ts";

const noWinrm = () => spawnSync("/usr/bin/python3", ["-c", "import winrm"]).status !== 0;
const skip = !existsSync("/usr/bin/ansible") ? "ansible is not installed" : noWinrm() ? "python3-winrm is not installed" : false;

const [user, password] = ["Administrator", "a-password-of-windows"];
const services = [
  { name: "W32Time", state: "started" },
  { name: "Spooler", state: "stopped" },
];

/** As win_service_info answers. */
function answer({ name }: Record<string, unknown>): Answer {
  const found = services.filter((service) => name === undefined || service.name === name);
  return { stdout: JSON.stringify({ changed: false, exists: found.length > 0, services: found }), exitCode: 0 };
}

/** A folder like Muster's own Ansible folder, with a module that has the name of Windows's and nothing in it. */
function ansibleFolder(folder: string): string {
  const directory = join(folder, "ansible");
  cpSync(join(import.meta.dirname, "../../../../ansible"), directory, { recursive: true });
  const modules = join(directory, "collections/ansible_collections/ansible/windows/plugins/modules");
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(modules, "win_service_info.ps1"), "#!powershell\n#AnsibleRequires -CSharpUtil Ansible.Basic\n");
  return directory;
}

async function start(t: TestContext, { said = password, run = answer, port }: { said?: string; run?: typeof answer; port?: number } = {}) {
  const windows = await startWsMan(t, { user, password, run });
  const lab = await PlanLab.start(t, [{ name: "w1", group: "dev", address: "127.0.0.1" }], {}, {}, {}, ansibleFolder);
  const hosts = { w1: {} };
  const winrm = { ansible_connection: "winrm", ansible_winrm_scheme: "http", ansible_winrm_transport: "basic" };
  const vars = { ...winrm, ansible_port: port ?? windows.port, ansible_user: user, ansible_password: said };
  const children = { worker_nodes: { hosts: { w1: { ansible_host: "127.0.0.1" } } }, dev: { hosts }, windows: { hosts, vars } };
  writeFileSync(lab.data.inventory, JSON.stringify({ all: { children } }));
  return { windows, lab };
}

async function carryOut(lab: PlanLab, parameters: Record<string, string> = {}) {
  const end = await lab.execute(lab.begin(lab.plan({ goal: { kind: "tool", tool: "windows_services", parameters }, targets: ["w1"] })));
  assert(typeof end !== "string", String(end));
  return { status: end.status, output: end.steps[0]?.output ?? "", all: JSON.stringify(end) };
}

const assertClosed = ({ open, seen }: WsMan) => assert.deepEqual([[...open], seen.at(-1)], [[], "Delete"]);

for (const [parameters, listed, missing] of [
  [{}, /W32Time[\s\S]*Spooler/, /Windows Update/],
  [{ service: "Spooler" }, /Spooler/, /W32Time/],
  [{ service: "Not There" }, /"exists": false/, /W32Time|Spooler/],
] as const)
  test(`the services of a Windows machine are listed over WinRM, with ${JSON.stringify(parameters)}`, { skip }, async (t) => {
    const { windows, lab } = await start(t);
    const { status, output, all } = await carryOut(lab, parameters);
    assert.equal(status, "succeeded", all);
    assert.match(output, listed);
    assert.doesNotMatch(output, missing);
    assertClosed(windows);
  });

test("a module that fails on Windows fails the step with its reason", { skip }, async (t) => {
  const run = () => ({ stdout: JSON.stringify({ failed: true, msg: "Access to the service manager is denied" }), exitCode: 1 });
  const { windows, lab } = await start(t, { run });
  const { status, output } = await carryOut(lab);
  assert.equal(status, "failed");
  assert.match(output, /Access to the service manager is denied/);
  assertClosed(windows);
});

test("an answer that is no JSON fails the step", { skip }, async (t) => {
  const { lab } = await start(t, { run: () => ({ stdout: "The term 'x' is not recognized", exitCode: 1 }) });
  const { status, output } = await carryOut(lab);
  assert.equal(status, "failed");
  assert.match(output, /MODULE FAILURE|is not recognized/);
});

test("a wrong password fails the step, and no password is in the output", { skip }, async (t) => {
  const { windows, lab } = await start(t, { said: "another-password" });
  const { status, output, all } = await carryOut(lab);
  assert.equal(status, "failed");
  assert.match(output, /UNREACHABLE[\s\S]*credentials were rejected/);
  assert.doesNotMatch(all, /another-password/);
  assert.deepEqual(windows.seen, []);
});

test("a machine on which WinRM does not answer is unreachable", { skip }, async (t) => {
  const { lab } = await start(t, { port: 9 });
  const { status, output } = await carryOut(lab);
  assert.equal(status, "failed");
  assert.match(output, /UNREACHABLE/);
});
