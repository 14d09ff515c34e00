/** Steps that Ansible performs: a playbook and a module on a real sshd on loopback, with its pinned host key. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { KnownHosts } from "../../../../daemon/machines/inventory/known-hosts.ts";
import { PlanLab } from "../../../support/changes/plan-lab.ts";
import { noSshd, startSshd } from "../../../support/network/sshd.ts";

const skip = noSshd || (existsSync("/usr/bin/ansible-playbook") ? false : "ansible-playbook is not installed");

const forms = {
  module_ping:
    "description: For a test.\nexecution: { method: ansible, requires_target: true }\nmodule: { name: ansible.builtin.ping, arguments: { data: hello } }\ntimeout_seconds: 3600\n",
  module_bare:
    "description: For a test.\nexecution: { method: ansible, requires_target: true }\nmodule: { name: ansible.builtin.ping }\ntimeout_seconds: 3600\n",
};

async function start(t: TestContext): Promise<PlanLab> {
  const lab = await PlanLab.start(t, [], forms);
  const { place } = await startSshd(t, lab.folder, { keyFile: join(lab.data.executor, "id_ed25519") });
  lab.addNodes([{ name: "n1", group: "dev", address: place.host, port: place.port, user: place.user, hostKey: place.hostKey }]);
  await new KnownHosts(lab.data.knownHosts).write([{ address: place.host, port: place.port, hostKey: place.hostKey }]);
  return lab;
}

async function carryOut(lab: PlanLab, tool: string, parameters: Record<string, string | boolean> = {}) {
  const end = await lab.execute(lab.begin(lab.plan({ goal: { kind: "tool", tool, parameters }, targets: ["n1"] })));
  assert(typeof end !== "string", String(end));
  return end;
}

test("a module is run with its arguments, and what it answered is the step's output", { skip }, async (t) => {
  const end = await carryOut(await start(t), "module_ping");
  assert.equal(end.status, "succeeded", JSON.stringify(end));
  assert.match(end.steps[0]?.output ?? "", /"ping": "hello"/);
});

test("a module is run without arguments", { skip }, async (t) => {
  const end = await carryOut(await start(t), "module_bare");
  assert.equal(end.status, "succeeded", JSON.stringify(end));
  assert.match(end.steps[0]?.output ?? "", /"ping": "pong"/);
});

test("a playbook is run on the step's node alone, with the pinned key and nothing else believed", { skip }, async (t) => {
  const lab = await start(t);
  const end = await carryOut(lab, "playbook_run", { playbook: "look", check: true });
  assert.equal(end.status, "succeeded", JSON.stringify(end));
  assert.match(end.steps[0]?.output ?? "", /n1\s*: ok=/);
  await new KnownHosts(lab.data.knownHosts).write([]);
  const refused = await carryOut(lab, "playbook_run", { playbook: "look", check: true });
  assert.equal(refused.status, "failed");
  // Ansible may notice that ssh has ended before it reads why.
  assert.match(refused.steps[0]?.output ?? "", /UNREACHABLE!.*(host key|Broken pipe)/i);
  assert.match(refused.steps[0]?.output ?? "", /n1\s*: ok=0 /);
});
