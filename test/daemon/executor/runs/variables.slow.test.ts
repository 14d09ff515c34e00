/** Extra variables as a real Ansible sees them: typed data that it never evaluates, in a file that only the executor reads. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { RunVariables } from "../../../../daemon/contract/jobs/run-options.ts";
import { ansibleCommand, ansibleEnvironment } from "../../../../daemon/executor/runs/ansible.ts";
import { secretsFor, writeVariables } from "../../../../daemon/executor/runs/variables-file.ts";

const skip = existsSync("/usr/bin/ansible-playbook") ? false : "ansible-playbook is not installed";

const given: RunVariables = {
  template: "{{ lookup('pipe', 'touch PLACE/evil') }}",
  statement: "{% for x in [1] %}{{ lookup('pipe', 'touch PLACE/evil') }}{% endfor %}",
  nested: { list: ["{{ lookup('pipe', 'touch PLACE/evil') }}", { deep: "{# gone #}" }], "{{ key }}": "kept" },
  vault: { inside: "$ANSIBLE_VAULT;1.1;AES256" },
  text: 'quotes " \\ and\nlines, 😀 ä, # no comment: [x]',
  looks_like_a_number: "0123",
  looks_like_a_date: "2026-11-30",
  number: 3,
  fraction: 0.25,
  switched: false,
  [`long_${"x".repeat(50)}`]: { ["k".repeat(200)]: "v", ["ö".repeat(200)]: "w" },
};

const playbook = `- hosts: all
  gather_facts: false
  vars: { number: 99 }
  tasks:
    - copy: { content: "{{ dict([NAMES] | zip([VALUES])) | to_json }}", dest: "{{ inventory_dir }}/all" }
    - copy: { content: "{{ template }}{{ token }}{{ common_admin_user }}", dest: "{{ inventory_dir }}/used" }
`;

test("Ansible sees each value as it was given, evaluates none, and gets no value on its command line", { skip }, (t) => {
  const place = mkdtempSync(join(tmpdir(), "muster-variables-"));
  t.after(() => rmSync(place, { recursive: true, force: true }));
  const at = (name: string) => join(place, name);
  const variables = JSON.parse(JSON.stringify(given).replaceAll("PLACE", place)) as RunVariables;
  const names = Object.keys(variables);
  mkdirSync(at("ansible"));
  mkdirSync(at("home/secrets"), { recursive: true });
  writeFileSync(at("home/secrets/deploy_token"), "{{ not evaluated }}\n", { mode: 0o600 });
  writeFileSync(
    at("ansible/site.yaml"),
    playbook.replace("NAMES", names.map((name) => `'${name}'`).join(", ")).replace("VALUES", names.join(", ")),
  );
  writeFileSync(
    at("inventory.yaml"),
    "all:\n  hosts:\n    n1: { ansible_connection: local, ansible_python_interpreter: /usr/bin/python3 }\n",
  );
  writeFileSync(at("muster.json"), '{"common_admin_user":"ada"}');
  const settings = {
    directory: at("ansible"),
    inventory: at("inventory.yaml"),
    knownHosts: "/dev/null",
    home: at("home"),
    extraVars: at("muster.json"),
    secretVariables: () => ({ token: "deploy_token" }),
  };
  const request = { type: "run" as const, playbook: "site.yaml", members: [{ jobId: "j", attempt: 1, node: "n1" }], deadlineSeconds: 60 };
  const file = writeVariables(at("variables.yaml"), variables, secretsFor(request.playbook, settings));
  assert.equal(statSync(file ?? "").mode & 0o777, 0o600);
  const { command, args } = ansibleCommand(request, settings, file);
  assert.doesNotMatch(args.join(" "), /lookup|0123|number/);
  const env = ansibleEnvironment(settings, { events: at("events") }, "c");
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: place, env, encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
  assert.deepEqual(JSON.parse(readFileSync(at("all"), "utf8")), variables);
  assert.equal(readFileSync(at("used"), "utf8"), `${variables.template}{{ not evaluated }}ada`);
  assert.equal(existsSync(at("evil")), false, "a template was evaluated on the control node");
});
