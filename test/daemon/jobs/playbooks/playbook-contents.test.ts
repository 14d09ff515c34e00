/** What Muster reads in a playbook before a run: its tags, the hosts of its plays, and whether it adds hosts. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { ansibleFiles } from "../../../../daemon/jobs/playbooks/ansible-files.ts";
import { contentsOf } from "../../../../daemon/jobs/playbooks/playbook-contents.ts";

function contents(t: TestContext, files: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), "muster-contents-"));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return contentsOf("playbooks/site.yaml", ansibleFiles(directory));
}

const site = `- hosts: web
  tags: play
  roles: [plain, { role: tagged, tags: [of-role, second] }]
  pre_tasks:
    - { debug: , tags: "one, two" }
  tasks:
    - block:
        - debug: { msg: "{{ secret }}" }
          tags: [inner]
      rescue: [{ debug: , tags: saved }]
    - ansible.builtin.import_tasks: more.yaml
    - include_role: { name: included, apply: { tags: applied } }
    - debug: { msg: !vault "x", other: !unsafe "{{ y }}" }
  handlers: [{ debug: , tags: handler }]
- import_playbook: other.yaml
`;
const files = {
  "playbooks/site.yaml": site,
  "playbooks/more.yaml": "- debug:\n  tags: more\n",
  "playbooks/other.yaml": "- hosts: [db, localhost]\n  tasks: []\n  tags: other\n",
  "roles/plain/tasks/main.yaml": "- import_tasks: sub.yml\n",
  "roles/plain/tasks/sub.yml": "- debug:\n  tags: plain-sub\n",
  "roles/plain/meta/main.yml": "dependencies: [{ role: needed, tags: dependency }]\n",
  "roles/needed/handlers/main.yaml": "- debug:\n  tags: needed\n",
  "roles/tagged/tasks/main.yaml": "- debug:\n",
  "roles/included/tasks/main.yaml": "- debug:\n  tags: included\n",
};
const all = "applied dependency handler included inner more needed of-role one other plain-sub play saved second two";

test("the tags of plays, blocks, roles, imports and handlers are found, and the hosts of all plays", (t) => {
  assert.deepEqual(contents(t, files), { tags: all.split(" "), hosts: ["web", "db", "localhost"], addsHosts: false });
});

for (const [what, tasks] of [
  ["a templated file", "- include_tasks: '{{ which }}.yaml'"],
  ["a templated role", "- include_role: { name: '{{ which }}' }"],
  ["a templated tag", "- debug:\n      tags: ['{{ which }}']"],
  ["a role that is not in the folder", "- import_role: { name: elsewhere }"],
  ["a file outside of the folder", "- import_tasks: ../../../etc/passwd.yaml"],
] as const)
  test(`the tags are not complete with ${what}`, (t) => {
    const { tags } = contents(t, { "playbooks/site.yaml": `- hosts: all\n  tasks:\n    ${tasks}\n    - { debug: , tags: known }\n` });
    assert.equal(tags, undefined);
  });

for (const [what, more] of [
  ["a task", { "playbooks/site.yaml": "- hosts: localhost\n  tasks: [{ add_host: { name: x } }]\n" }],
  ["its full name", { "playbooks/site.yaml": "- hosts: localhost\n  tasks: [{ ansible.builtin.add_host: name=x }]\n" }],
  ["an old action", { "playbooks/site.yaml": "- hosts: localhost\n  tasks: [{ local_action: add_host name=x }]\n" }],
  ["an action with arguments", { "playbooks/site.yaml": "- hosts: localhost\n  tasks: [{ action: { module: add_host, name: x } }]\n" }],
  [
    "a block in an imported file",
    {
      "playbooks/site.yaml": "- hosts: localhost\n  tasks: [{ block: [{ import_tasks: vms.yaml }] }]\n",
      "playbooks/vms.yaml": "- add_host: { name: x }\n",
    },
  ],
  [
    "a role of a role",
    {
      "playbooks/site.yaml": "- hosts: localhost\n  roles: [outer]\n",
      "roles/outer/tasks/main.yaml": "- import_role: { name: inner }\n",
      "roles/inner/tasks/main.yaml": "- add_host: { name: x }\n",
    },
  ],
  [
    "a collection's role",
    {
      "playbooks/site.yaml": "- hosts: localhost\n  roles: [acme.tools.vms]\n",
      "collections/ansible_collections/acme/tools/roles/vms/tasks/main.yml": "- add_host: { name: x }\n",
    },
  ],
] as const)
  test(`a playbook adds hosts in ${what}`, (t) => {
    assert.equal(contents(t, more as unknown as Record<string, string>).addsHosts, true);
  });

test("a comment, a text and a group_by add no host", (t) => {
  const text = "# add_host\n- hosts: all\n  tasks: [{ debug: { msg: add_host } }, { group_by: { key: x } }]\n";
  assert.equal(contents(t, { "playbooks/site.yaml": text }).addsHosts, false);
});

test("a playbook that is no YAML, that repeats itself or is huge ends the reading", (t) => {
  assert.deepEqual(contents(t, { "playbooks/site.yaml": "- hosts: [\n" }), { hosts: [], addsHosts: false });
  assert.equal(contents(t, { "playbooks/site.yaml": "- &a\n  hosts: x\n  tasks: [{ block: &b [{ block: *b }] }]\n" }).addsHosts, false);
  const circle = { "playbooks/site.yaml": "- import_playbook: site.yaml\n- hosts: x\n  tasks: [{ import_tasks: site.yaml }]\n" };
  assert.deepEqual(contents(t, circle).hosts, ["x"]);
  assert.equal(contents(t, { "playbooks/site.yaml": `- hosts: x\n${"# long\n".repeat(200_000)}` }).tags, undefined);
});
