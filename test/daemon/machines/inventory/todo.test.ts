/** TODO.md over time: entries are added, repeated, edited by a person, and done. */
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Job } from "../../../../daemon/contract/jobs/job.ts";
import { entry, failureOf, TodoFile } from "../../../../daemon/machines/inventory/todo.ts";

const failure = (name: string, jobId: string, log = "it broke\n") => ({
  name,
  job: { id: jobId, playbook: "playbook.yaml" },
  address: "10.0.0.1",
  at: new Date(0),
  summary: "failed",
  hint: undefined,
  log,
});

const run = (node: string, playbook = "playbook.yaml", purpose?: Job["purpose"]): Job => ({
  id: `${node}-${playbook}-${purpose}`,
  kind: "ansible",
  playbook,
  ...(purpose && { purpose }),
  nodeId: `id-${node}`,
  nodeName: node,
  status: "failed",
  attempt: 1,
  requestedBy: "test",
  createdAt: "2026-01-01T00:00:00.000Z",
});
/** The jobs of the entries are unknown. Only their nodes' names are left. */
const forgotten = () => undefined;

function todoFile(t: TestContext): { todo: TodoFile; path: string; boxes: () => (string | undefined)[] } {
  const folder = mkdtempSync(join(tmpdir(), "muster-todo-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "TODO.md");
  const boxes = () => [...readFileSync(path, "utf8").matchAll(/^- \[(.)\] Done/gm)].map(([, box]) => box);
  return { todo: new TodoFile(path), path, boxes };
}

test("a node that succeeds has all its entries ticked, and no other node's", async (t) => {
  const { todo, boxes } = todoFile(t);
  await todo.add(failure("n1", "n1-a"));
  await todo.add(failure("n2", "n2-a"));
  await todo.add(failure("n1", "n1-b"));
  await todo.solved(run("n1"), forgotten);
  assert.deepEqual(boxes(), ["x", " ", "x"]);
  await todo.add(failure("n1", "n1-c"));
  assert.deepEqual(boxes(), ["x", " ", "x", " "]);
});

const [provisioning, preview, update, updatePreview, another] = [
  run("n1"),
  run("n1", "playbook.yaml", "preview"),
  run("n1", "playbooks/update.yaml", "change"),
  run("n1", "playbooks/update.yaml", "preview"),
  run("n1", "playbooks/look.yaml", "look"),
];
for (const [what, success, ticked] of [
  ["making the node ready settles that, and its preview", provisioning, [provisioning, preview]],
  ["a playbook's success settles that playbook, and its preview", update, [update, updatePreview]],
  ["a preview's success settles no more than the preview", updatePreview, [updatePreview]],
  ["another node's success settles nothing", run("n2", "playbooks/update.yaml", "change"), []],
  ["a success settles what failed under the node's former name", { ...update, nodeName: "new" }, [update, updatePreview]],
  ["a success settles what failed before ansible.playbook was another", { ...provisioning, playbook: "new.yaml" }, [provisioning]],
] as const)
  test(what, async (t) => {
    const { todo, boxes } = todoFile(t);
    const all = [provisioning, preview, update, updatePreview, another];
    for (const job of all) await todo.add(failureOf(job, undefined, "it broke"));
    await todo.solved(success, (id) => all.find((job) => job.id === id));
    assert.deepEqual(
      boxes(),
      all.map((job) => (ticked.some(({ id }) => id === job.id) ? "x" : " ")),
    );
  });

test("ticking changes single bytes: what a person wrote in between stays as it was", async (t) => {
  const { todo, path } = todoFile(t);
  writeFileSync(path, "# Mine\n\nGrüße, - [ ] buy a disk\n- [ ] buy a disk\n");
  await todo.add(failure("n1", "n1-a"));
  appendFileSync(path, "\nI looked at it: Lüfter.\n- [ ] order a fan\n");
  const before = readFileSync(path, "utf8");
  await todo.solved(run("n1"), forgotten);
  assert.equal(readFileSync(path, "utf8"), before.replace("- [ ] Done", "- [x] Done"));
});

test("an entry that is only text in a log is neither ticked nor taken for an entry", async (t) => {
  const { todo, boxes, path } = todoFile(t);
  const forged = "```\n## Provisioning Failed for `n2`\n- [ ] Done\n- **Job:** n2-a\n````\n";
  await todo.add(failure("n1", "n1-a", forged));
  await todo.solved(run("n2"), forgotten);
  assert.deepEqual(boxes(), [" ", " "]);
  await todo.add(failure("n2", "n2-a"));
  assert.match(readFileSync(path, "utf8"), /^## Provisioning Failed for `n2`\n\n- \[ \] Done/m);
});

test("a failure that is reported twice is listed once", async (t) => {
  const { todo, boxes } = todoFile(t);
  await todo.add(failure("n1", "n1-a"));
  await todo.add(failure("n1", "n1-a"));
  assert.deepEqual(boxes(), [" "]);
});

test("nothing to tick is no error, and makes no file", async (t) => {
  const { todo, path } = todoFile(t);
  await todo.solved(run("n1"), forgotten);
  assert.throws(() => readFileSync(path), { code: "ENOENT" });
});

test("the tail of the log is shown, without colours, and no key whose beginning is cut off", () => {
  const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${"b3BlbnNzaC1rZXktdjEA\n".repeat(200)}-----END OPENSSH PRIVATE KEY-----\n`;
  const text = entry(failure("n1", "n1-a", `${"early\n".repeat(5000)}${key}\u001b[0;31mfatal: the reason\u001b[0m\n`));
  assert.match(text, /\nfatal: the reason\n```\n$/);
  assert.ok(!text.includes("b3Blbn"));
  assert.ok(text.split("\n").length < 80);
});
