/** Playbooks that add hosts, by the real Ansible and the real executor: approved, not limited, and never a false success. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { PlanLab } from "../../../support/changes/plan-lab.ts";

const skip = existsSync("/usr/bin/ansible-playbook") ? false : "ansible-playbook is not installed";

/** The first play adds a host, and the second play is for the group `second`. */
const playbook = (group: string) => `# Makes a machine and configures it.
# muster: changes
# muster-variables:
#   text: { type: string }
#   token: { secret: vm_token }
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - add_host: { name: vm1, groups: target, ansible_connection: local, ansible_python_interpreter: /usr/bin/python3 }
- hosts: ${group}
  gather_facts: false
  tasks:
    - copy: { content: "{{ inventory_hostname }} {{ text }} {{ token }}", dest: "{{ place }}/done" }
  vars: { place: PLACE }
`;

async function lab(t: TestContext, group: string) {
  const place = mkdtempSync(join(tmpdir(), "muster-add-host-"));
  t.after(() => rmSync(place, { recursive: true, force: true }));
  mkdirSync(join(place, "playbooks"));
  writeFileSync(join(place, "playbooks/vm.yaml"), playbook(group).replace("PLACE", place));
  const node = (name: string) => ({ name, group: "dev" as const, address: "127.0.0.1" });
  const made = await PlanLab.start(t, [node("n1"), node("n2")], {}, {}, { jobs: { ansible: { directory: place } } }, () => place);
  made.secret("vm_token", "t0ken-of-the-vm");
  const parameters = { playbook: "vm", variables: JSON.stringify({ text: "{{ 1 + 1 }}" }) };
  const propose = (...targets: string[]) => made.plan({ goal: { kind: "tool", tool: "playbook_run", parameters }, targets });
  return { lab: made, propose, done: join(place, "done") };
}

test("an approved playbook configures the host that it added, although the plan names another node", { skip }, async (t) => {
  const { lab: made, propose, done } = await lab(t, "target");
  const work = propose("n1");
  const [step] = work.plan.steps;
  assert.partialDeepStrictEqual(step, { choosesHosts: true, scope: "prod", risk: "write" });
  assert.match(
    step?.preview.text ?? "",
    /NOT LIMITED to its node: the playbook adds hosts itself, and its plays are for localhost, target/,
  );
  assert.match(work.plan.summary, / on n1; not limited to it/);
  assert.partialDeepStrictEqual(work.decision, { answer: "needs-approval", rule: "chooses-hosts" });
  assert.match(String(await made.execute(made.begin(propose("n1")))), /needs approval, and none came with it/);

  const end = await made.execute(made.begin(work, made.approve(work)));
  assert(typeof end !== "string", String(end));
  assert.equal(end.status, "succeeded", JSON.stringify(end));
  assert.equal(readFileSync(done, "utf8"), "vm1 {{ 1 + 1 }} t0ken-of-the-vm");
  assert.doesNotMatch(JSON.stringify([end, work, made.messages]), /t0ken-of-the-vm/);
});

test("a playbook whose added host is in none of its plays has failed", { skip }, async (t) => {
  const { lab: made, propose, done } = await lab(t, "another");
  const work = propose("n1");
  const end = await made.execute(made.begin(work, made.approve(work)));
  assert(typeof end !== "string", String(end));
  assert.equal(end.status, "failed", JSON.stringify(end));
  assert.match(end.steps[0]?.error ?? "", /ran on no host that it added/);
  assert.equal(existsSync(done), false);
});

test("a plan with such a playbook is for one node, because each run of it would be the same", { skip }, async (t) => {
  const { propose } = await lab(t, "target");
  assert.throws(() => propose("n1", "n2"), { code: "PARAMETER_INVALID", message: /^targets: the playbook adds hosts itself/ });
});
