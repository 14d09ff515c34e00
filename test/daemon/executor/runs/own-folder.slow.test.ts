/** Real runs of ansible-playbook in an operator's own Ansible folder, on this machine itself. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { ansibleCommand, ansibleEnvironment } from "../../../../daemon/executor/runs/ansible.ts";
import { recapFrom } from "../../../../daemon/executor/runs/recap.ts";
import { AnsibleContent } from "../../../../daemon/jobs/playbooks/ansible-content.ts";
import { previewOf } from "../../../../daemon/jobs/purpose.ts";
import { readRunEvents } from "../../../../daemon/jobs/run-events.ts";

const skip = existsSync("/usr/bin/ansible-playbook") ? false : "ansible-playbook is not installed";
const node = "n11";

const play = (tasks: string) => `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks.replace(/^/gm, "    ")}`;
const change = play("- ansible.builtin.copy: { content: x, dest: '{{ inventory_dir }}/changed' }");

/** Runs a playbook of a folder that contains only the given files. */
function run(t: TestContext, files: Record<string, string>, playbook: string, check = false) {
  const place = mkdtempSync(join(tmpdir(), "muster-folder-"));
  t.after(() => rmSync(place, { recursive: true, force: true }));
  const directory = join(place, "ansible");
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const inventory = join(place, "inventory.yaml");
  writeFileSync(inventory, `all:\n  hosts:\n    ${node}: { ansible_connection: local, ansible_python_interpreter: /usr/bin/python3 }\n`);
  const events = join(place, "events.ndjson");
  const home = join(place, "home");
  mkdirSync(home);
  const settings = { directory, inventory, knownHosts: "/dev/null", home };
  const request = { playbook, check, members: [{ node }] } as unknown as Parameters<typeof ansibleCommand>[0];
  const { command, args } = ansibleCommand(request, settings);
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: place,
    env: ansibleEnvironment(settings, { events }, "c"),
    encoding: "utf8",
  });
  return { status, said: stdout + stderr, recap: recapFrom(events).recap?.[node], events };
}

const unusual = `[defaults]
callbacks_enabled = ansible.posix.profile_tasks
callback_plugins = ./mine
stdout_callback = minimal
[inventory]
enable_plugins = ini
`;

for (const [what, config] of [
  ["names other callbacks, plugins, output and kinds of inventories", unusual],
  ["names no callbacks", "[defaults]\ncallbacks_enabled =\n"],
  ["is missing", undefined],
] as const)
  test(`Muster learns what a run did if the ansible.cfg ${what}`, { skip }, (t) => {
    const { status, recap, said } = run(t, { "site.yaml": change, ...(config !== undefined && { "ansible.cfg": config }) }, "site.yaml");
    assert.equal(status, 0, said);
    assert.partialDeepStrictEqual(recap, { ok: 1, changed: 1, failures: 0 });
  });

const hello = `#!/usr/bin/python3
from ansible.module_utils.basic import AnsibleModule
AnsibleModule(argument_spec={}).exit_json(changed=True)
`;
const collection = {
  "collections/ansible_collections/acme/tools/plugins/modules/hello.py": hello,
  "collections/ansible_collections/acme/tools/roles/greet/tasks/main.yaml": "- acme.tools.hello:\n",
};

for (const [what, playbook, tasks] of [
  ["a module and a role", "playbooks/greet.yaml", "- acme.tools.hello:\n- ansible.builtin.import_role: { name: acme.tools.greet }"],
  ["a module", "playbook.yaml", "- acme.tools.hello:"],
] as const)
  test(`${playbook} uses ${what} of a collection in the folder, whatever ansible.cfg says`, { skip }, (t) => {
    const files = { ...collection, [playbook]: play(tasks), "ansible.cfg": "[defaults]\ncollections_path = /srv/nothing\n" };
    const { status, recap, said } = run(t, files, playbook);
    assert.equal(status, 0, said);
    assert.equal(recap?.changed, tasks.split("\n").length);
  });

test("approvals are bound to the collections of the folder", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "muster-collections-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "collections/ansible_collections/acme/tools/plugins/modules/hello.py");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, hello);
  const content = new AnsibleContent();
  const before = content.digest(directory);
  writeFileSync(file, `${hello}# changed\n`);
  assert.notEqual(content.digest(directory), before);
});

test("a preview counts the tasks that check mode leaves out, and no others", { skip }, (t) => {
  const elsewhere = "when: inventory_hostname == 'other'";
  const command = (name: string, ...more: string[]) => [`- name: ${name}`, 'ansible.builtin.command: "true"', ...more].join("\n  ");
  const tasks = [
    "- ansible.builtin.copy: { content: s3cret-content, dest: '{{ inventory_dir }}/changed' }\n  no_log: true",
    command("condition", elsewhere),
    command("hidden condition", "no_log: true", elsewhere),
    command("hidden loop with a condition", "no_log: true", "loop: [1, 2]", elsewhere),
    command("hidden loop over nothing", "no_log: true", "loop: []"),
    command("left out"),
    command("hidden and left out", "no_log: true"),
    command("hidden loop, left out", "no_log: true", "loop: [1, 2]"),
    command("hidden loop, half left out", "no_log: true", "loop: [1, 2]", "when: item == 1"),
  ];
  const { events, said } = run(t, { "site.yaml": play(tasks.join("\n")) }, "site.yaml", true);
  const { previewed, unknown } = previewOf(readRunEvents(events, 0).events, node);
  assert.deepEqual(unknown, ["left out", "hidden and left out", "hidden loop, left out", "hidden loop, half left out"], said);
  assert.equal(previewed, 1);
  assert.ok(!readFileSync(events, "utf8").includes("s3cret"), "nothing hidden is written");
});
