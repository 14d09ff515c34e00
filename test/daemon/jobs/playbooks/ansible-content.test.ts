/** The digest of a playbook: it changes with every file that the playbook can reach, but not with the files that Ansible itself writes. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { AnsibleContent } from "../../../../daemon/jobs/playbooks/ansible-content.ts";
import { listedPlaybooks, playbooksIn } from "../../../../daemon/jobs/playbooks/playbooks.ts";

const files = {
  "ansible.cfg": "[defaults]\n",
  "playbooks/update.yaml": "# Updates.\n# muster: changes\n- hosts: worker_nodes\n",
  "roles/common/tasks/main.yaml": "- debug:\n",
  "roles/common/templates/sshd.conf.j2": "Port 22\n",
  "roles/common/files/motd": "hello\n",
  "group_vars/all.yaml": "a: 1\n",
};

function folder(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), "muster-content-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return { directory, write };
}

for (const name of Object.keys(files))
  test(`${name} changed, even to something as long at the same time, is another content`, (t) => {
    const { directory, write } = folder(t);
    const content = new AnsibleContent();
    const at = new Date("2026-01-01T00:00:00Z");
    utimesSync(join(directory, name), at, at);
    const before = content.digest(directory);
    assert.equal(content.digest(directory), before);
    write(name, files[name as keyof typeof files].replace(/.\n$/, "#\n"));
    utimesSync(join(directory, name), at, at);
    assert.notEqual(content.digest(directory), before);
    write(name, files[name as keyof typeof files]);
    assert.equal(content.digest(directory), before);
    assert.equal(new AnsibleContent().digest(directory), before);
  });

test("a file more, one less, one moved, one that may be executed and what a link leads to are another content", (t) => {
  const { directory, write } = folder(t);
  const content = new AnsibleContent();
  const elsewhere = mkdtempSync(join(tmpdir(), "muster-content-"));
  t.after(() => rmSync(elsewhere, { recursive: true }));
  const seen = [content.digest(directory)];
  const now = () => seen.push(content.digest(directory));
  write("roles/common/handlers/main.yaml", "");
  now();
  renameSync(join(directory, "roles/common/files/motd"), join(directory, "roles/common/files/issue"));
  now();
  rmSync(join(directory, "group_vars/all.yaml"));
  now();
  chmodSync(join(directory, "roles/common/files/issue"), 0o755);
  now();
  writeFileSync(join(elsewhere, "main.yaml"), "a");
  symlinkSync(elsewhere, join(directory, "roles/linked"));
  now();
  writeFileSync(join(elsewhere, "main.yaml"), "b");
  now();
  assert.equal(new Set(seen).size, seen.length);
});

test("a link to a folder above it ends, and what Ansible, Python and git write is left out", (t) => {
  const { directory, write } = folder(t);
  const content = new AnsibleContent();
  const before = content.digest(directory);
  for (const name of ["callback_plugins/__pycache__/x.pyc", ".git/HEAD", "playbooks/update.retry"]) write(name, "x");
  rmSync(join(directory, "callback_plugins"), { recursive: true });
  assert.equal(content.digest(directory), before);
  symlinkSync("..", join(directory, "roles/up"));
  assert.match(content.digest(directory), /^[0-9a-f]{64}$/);
});

test("compiled Python beside its source is part of it: Python may load it from there", (t) => {
  const { directory, write } = folder(t);
  const content = new AnsibleContent();
  const before = content.digest(directory);
  write("playbooks/filter_plugins/helping.pyc", "x");
  assert.notEqual(content.digest(directory), before);
});

test("a playbook's approval by schedule and by plan ends with a change of a role it may use", (t) => {
  const { directory, write } = folder(t);
  const listed = listedPlaybooks(directory);
  const of = () => [listed().playbooks[0]?.sha256, playbooksIn(directory)("update")?.content];
  const [one, other] = of();
  assert.equal(one, other);
  write("roles/common/tasks/main.yaml", "- command: rm\n");
  assert.ok(of().every((digest) => digest !== one));
  assert.throws(() => playbooksIn(directory)("gone"), { code: "PLAYBOOK_NOT_FOUND" });
});
