/** Playbooks run by name and previews, by the real ansible-playbook over a real sshd. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RunOptions } from "../../../daemon/contract/jobs/run-options.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { EngineLab, skip } from "./engine-lab.ts";

const lab = new EngineLab();
let node: Node;
before(async () => {
  if (skip) return;
  await lab.start();
  const called = await lab.calledHome("n1", "- command: 'true'\n  changed_when: false");
  await lab.ended(lab.engine.provision(called, "test").id);
  node = lab.world.nodes.findById(called.id) as Node;
});
after(() => (skip ? undefined : lab.stop()));

function playbook(name: string, tasks: string): string {
  mkdirSync(lab.at("ansible/playbooks"), { recursive: true });
  const play = `- hosts: worker_nodes\n  gather_facts: false\n  tasks:\n${tasks.replace(/^/gm, "    ")}\n`;
  writeFileSync(lab.at("ansible/playbooks", `${name}.yaml`), play);
  return `playbooks/${name}.yaml`;
}

async function run(name: string, tasks: string, purpose: "change" | "look" | "preview", options?: RunOptions) {
  const [job] = lab.engine.run([node], { playbook: playbook(name, tasks), purpose, ...(options && { options }) }, "test");
  return lab.ended(job?.id ?? "");
}

const touches = (file: string) => `- name: write\n  copy: { dest: ${file}, content: "written\\n" }\n`;

test("a preview changes nothing, and says what would change and what could not be foretold", { skip }, async () => {
  const file = lab.at("preview.txt");
  const tasks = `${touches(file)}- name: run\n  command: touch ${file}.too\n- name: never\n  command: 'false'\n  when: false\n- name: look\n  command: 'true'\n  changed_when: false\n  check_mode: false`;
  const { status, result } = await run("preview", tasks, "preview");
  assert.equal(status, "succeeded");
  assert.deepEqual(result?.preview, { tasks: 3, previewed: 2, changes: ["write"], unknown: ["run"] });
  assert.equal(result?.summary, "nothing was changed: 1 task would change something; 2 of 3 tasks (67 %) could be previewed");
  assert.equal(existsSync(file) || existsSync(`${file}.too`), false);
  const { text } = await lab.engine.output(lab.world.jobs.ofNode(node.id, 1)[0]?.id ?? "", 0);
  assert.match(text, /\+written/, "the differences are in the output");
});

test("a playbook run by name does its work and leaves the node ready", { skip }, async () => {
  const file = lab.at("run.txt");
  assert.equal((await run("write", touches(file), "change")).status, "succeeded");
  assert.ok(existsSync(file));
  assert.equal(lab.phase(node), "ready");
});

test("a failed run leaves the node ready too", { skip }, async () => {
  const job = await run("fails", "- name: fail\n  command: 'false'", "change");
  assert.equal(job.status, "failed");
  assert.equal(lab.phase(node), "ready");
  assert.equal(lab.world.jobs.lastProvisioning(node.id)?.status, "succeeded");
});

test("a playbook that is called read-only and changes something has failed", { skip }, async () => {
  const { status, result } = await run("lies", touches(lab.at("lies.txt")), "look");
  assert.equal(status, "failed");
  assert.match(result?.summary ?? "", /declared read-only, but 1 tasks changed something/);
});

test("the playbook `look` that Muster brings tells how the node is, and changes nothing, also in a preview", { skip }, async () => {
  for (const purpose of ["look", "preview"] as const) {
    const [job] = lab.engine.run([node], { playbook: "playbooks/look.yaml", purpose }, "test");
    const { status, result } = await lab.ended(job?.id ?? "");
    assert.equal(status, "succeeded", result?.summary);
    assert.equal(result?.recap?.changed, 0);
    assert.match((await lab.engine.output(job?.id ?? "", 0)).text, /load average/);
    if (purpose === "preview") assert.deepEqual(result?.preview, { tasks: 2, previewed: 2, changes: [], unknown: [] });
  }
});

test("a run has its tags and its variables as data, and leaves no file with them", { skip }, async () => {
  const [kept, left, evil] = ["kept.txt", "left.txt", "evil.txt"].map((name) => lab.at(name));
  const text = `{{ lookup('pipe', 'touch ${evil}') }}`;
  const tasks = `- copy: { dest: "${kept}", content: "{{ text }} {{ count + 1 }}" }\n  tags: app\n- copy: { dest: "${left}", content: x }\n  tags: [app, slow]\n- command: 'false'`;
  const job = await run("options", tasks, "change", { tags: ["app"], skip_tags: ["slow"], variables: { text, count: 2 } });
  assert.equal(job.status, "succeeded", job.result?.summary);
  assert.equal(readFileSync(kept ?? "", "utf8"), `${text} 3`);
  assert.equal(existsSync(left ?? "") || existsSync(evil ?? ""), false);
  const files = readdirSync(join(lab.at("jobs"), job.id));
  assert.deepEqual(
    files.filter((name) => name.includes("variables")),
    [],
  );
});

test("a run whose tags match no task has failed", { skip }, async () => {
  const job = await run("nothing", "- command: 'true'\n  tags: app", "change", { tags: ["other"] });
  assert.equal(job.status, "failed");
  assert.match(job.result?.summary ?? "", /no task ran on this node|ran on no host/);
});

test("a declared secret reaches the playbook, and no output, result or event shows it", { skip }, async () => {
  const [file, secret] = [lab.at("token.txt"), 'plain "word" of 2 parts'];
  mkdirSync(lab.at("home/secrets"), { recursive: true });
  writeFileSync(lab.at("home/secrets/deploy_token"), `${secret}\n`, { mode: 0o600 });
  const header = "# Deploys.\n# muster: changes\n# muster-variables:\n#   token: { secret: deploy_token }\n";
  const path = playbook(
    "secret",
    `- copy: { dest: "${file}", content: "{{ token }}" }\n- fail: { msg: "with {{ token }} and {{ token | b64encode }}" }`,
  );
  writeFileSync(lab.at("ansible", path), header + readFileSync(lab.at("ansible", path), "utf8"));
  const [queued] = lab.engine.run([node], { playbook: path, purpose: "change" }, "test");
  const job = await lab.ended(queued?.id ?? "");
  assert.equal(readFileSync(file, "utf8"), secret);
  const { text } = await lab.engine.output(job.id, 0);
  assert.match(text, /with \[redacted\] and \[redacted\]/);
  const all = [text, JSON.stringify(job), JSON.stringify(lab.world.events.after(0, 1000))].join("\n");
  for (const form of ['"word', '\\\\"word', Buffer.from(secret).toString("base64")]) assert.doesNotMatch(all, new RegExp(form));
  assert.deepEqual(
    readdirSync(join(lab.at("jobs"), job.id)).filter((name) => /variables|secret/.test(name)),
    [],
  );
});

test("a secret that the executor does not have is named, and the playbook does not start", { skip }, async () => {
  const path = playbook("missing", "- command: 'true'");
  const header = "# Deploys.\n# muster: changes\n# muster-variables:\n#   token: { secret: no_such_token }\n";
  writeFileSync(lab.at("ansible", path), header + readFileSync(lab.at("ansible", path), "utf8"));
  const [queued] = lab.engine.run([node], { playbook: path, purpose: "change" }, "test");
  const { status, result } = await lab.ended(queued?.id ?? "");
  assert.equal(status, "failed");
  assert.match(result?.summary ?? "", /the executor has no secret no_such_token: write it to /);
  assert.match(result?.hint ?? "", /Write the secret for the executor/);
});
