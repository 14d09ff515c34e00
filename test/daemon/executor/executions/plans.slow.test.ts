/** Plans at the real executor: run in order and once, undone, stopped, and found again after a crash. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ProposalInput } from "../../../../daemon/contract/changes/plan.ts";
import type { FromExecutor } from "../../../../daemon/contract/executor-protocol.ts";
import { type LabNode, PlanLab } from "../../../support/changes/plan-lab.ts";
import { until } from "../../../support/until.ts";
import { forms, runbooks } from "./plan-forms.ts";

const nodes: LabNode[] = [
  { name: "n1", group: "dev" },
  { name: "n2", group: "dev" },
  { name: "p1", group: "prod" },
];

const start = (t: TestContext) => PlanLab.start(t, nodes, forms, runbooks);
const tool = (name: string, parameters: Record<string, string | number> = {}, targets = ["n1"]): ProposalInput => ({
  goal: { kind: "tool", tool: name, parameters },
  targets,
});
const runbook = (name: string, folder: string): ProposalInput => ({
  goal: { kind: "runbook", runbook: name, parameters: { folder } },
  targets: ["n1"],
});

/** `1 succeeded, 2 failed, r1 succeeded` */
const story = (steps: readonly { id: string; status: string }[]) => steps.map(({ id, status }) => `${id} ${status}`).join(", ");

async function carryOut(lab: PlanLab, proposal: ProposalInput) {
  const end = await lab.execute(lab.begin(lab.plan(proposal)));
  assert(typeof end !== "string", String(end));
  return end;
}

test("what only looks runs at once and tells what it saw", async (t) => {
  const lab = await start(t);
  writeFileSync(join(lab.folder, "seen"), "hello");
  const end = await carryOut(lab, tool("look", { path: join(lab.folder, "seen") }, ["p1"]));
  assert.equal(end.status, "succeeded");
  assert.deepEqual(
    end.steps.map(({ id, target, status, exitCode, output }) => ({ id, target, status, exitCode, output })),
    [{ id: "1", target: "p1", status: "succeeded", exitCode: 0, output: "hello" }],
  );
});

test("steps wait for those before them, and each beginning and end is told", async (t) => {
  const lab = await start(t);
  const end = await carryOut(lab, runbook("three-folders", lab.folder));
  assert.equal(end.status, "succeeded");
  assert.ok(existsSync(join(lab.folder, "a/b/c")));
  const told = lab.messages.flatMap((message) => (message.type === "step" ? `${message.step.id} ${message.step.status}` : []));
  assert.deepEqual(told, ["1 running", "1 succeeded", "2 running", "2 succeeded", "3 running", "3 succeeded"]);
});

test("a look that fails hides none of the others", async (t) => {
  const lab = await start(t);
  writeFileSync(join(lab.folder, "seen"), "hello");
  const end = await carryOut(lab, runbook("look-and-look", lab.folder));
  assert.equal(end.status, "failed");
  assert.match(end.error ?? "", /^step 1 \(look on n1\) failed/);
  assert.equal(story(end.steps), "1 failed, 2 succeeded");
});

test("an exit code that is an answer is no failure", async (t) => {
  const lab = await start(t);
  writeFileSync(join(lab.folder, "hay"), "hay");
  const found = await carryOut(lab, tool("search", { path: join(lab.folder, "hay") }, ["n1"]));
  assert.deepEqual([found.status, found.steps[0]?.exitCode], ["succeeded", 1]);
  const missing = await carryOut(lab, tool("search", { path: join(lab.folder, "none") }, ["n1"]));
  assert.deepEqual([missing.status, missing.steps[0]?.exitCode], ["failed", 2]);
});

test("several nodes are looked at side by side", async (t) => {
  const lab = await start(t);
  writeFileSync(join(lab.folder, "seen"), "hello");
  const end = await carryOut(lab, tool("look", { path: join(lab.folder, "seen") }, ["n1", "n2", "p1"]));
  assert.equal(story(end.steps), "1 succeeded, 2 succeeded, 3 succeeded");
});

test("after a failure nothing further is begun, and what succeeded is taken back, the newest first", async (t) => {
  const lab = await start(t);
  const end = await carryOut(lab, runbook("two-then-fail", lab.folder));
  assert.equal(end.status, "rolled-back");
  assert.equal(story(end.steps), "1 succeeded, 2 succeeded, 3 failed, r1 succeeded, r2 succeeded");
  assert.match(end.error ?? "", /step 3 \(fail on n1\) failed: mkdir ended with 1/);
  const [second, first] = ["r1", "r2"].map((id) => end.steps.find((step) => step.id === id)?.startedAt ?? "");
  assert.ok((second ?? "") < (first ?? ""));
  assert.deepEqual(
    ["a", "b", "a.undone", "b.undone"].map((name) => existsSync(join(lab.folder, name))),
    [false, false, true, true],
  );
});

test("a change that cannot be taken back makes it partial, and says so", async (t) => {
  const lab = await start(t);
  const end = await carryOut(lab, runbook("note-then-fail", lab.folder));
  assert.equal(end.status, "partial");
  assert.match(end.error ?? "", /1 of 1 changes could not be undone/);
});

test("a rollback that fails is recorded and makes it partial", async (t) => {
  const lab = await start(t);
  mkdirSync(join(lab.folder, "a.undone/a"), { recursive: true });
  writeFileSync(join(lab.folder, "a.undone/a/full"), "");
  const end = await carryOut(lab, runbook("undo-fails", lab.folder));
  assert.equal(end.status, "partial");
  assert.equal(story(end.steps), "1 succeeded, 2 failed, r2 failed");
});

test("a step that takes too long is ended", async (t) => {
  const end = await carryOut(await start(t), tool("hurry"));
  assert.equal(end.status, "timed-out");
  assert.equal(story(end.steps), "1 timed-out");
});

/** The sleeping processes of our forms. */
const sleepers = (): string[] => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandLine(pid) === "sleep\x007919\x00");

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // it has ended in the meantime
  }
}

const running = (lab: PlanLab, id: string) =>
  lab.until(
    "the step runs",
    (message: FromExecutor) => message.type === "step" && message.step.id === id && message.step.status === "running",
  );

test("one that is stopped leaves no process and begins nothing further", async (t) => {
  const lab = await start(t);
  const id = lab.begin(lab.plan(tool("wait", { seconds: 7919 })));
  const ending = lab.execute(id);
  await running(lab, "1");
  lab.send({ type: "stop", executionId: id });
  const end = await ending;
  assert(typeof end !== "string");
  assert.equal(end.status, "cancelled");
  assert.equal(story(end.steps), "1 cancelled");
  assert.deepEqual(sleepers(), []);
});

test("what was begun is not begun again, in this life or the next, whatever the database says", async (t) => {
  const lab = await start(t);
  const id = lab.begin(lab.plan(tool("note", { path: join(lab.folder, "done") })));
  const first = await lab.execute(id);
  assert(typeof first !== "string");
  lab.send({ type: "execute", executionId: id });
  lab.send({ type: "forget-execution", executionId: id });
  lab.messages.length = 0;
  assert.equal(await lab.execute(id), "this execution was begun already");
  await lab.leaveExecutor();
  await lab.startExecutor();
  assert.equal(await lab.execute(id), "this execution was begun already");
});

test("the next executor tells the real end of a step that went on, and begins nothing further", async (t) => {
  const lab = await start(t);
  writeFileSync(join(lab.forms, "wait.yaml"), `name: wait\n${forms.wait}`.replace("default: 300", "default: 2"));
  const id = lab.begin(lab.plan(runbook("wait-then-note", lab.folder)));
  lab.send({ type: "execute", executionId: id });
  await running(lab, "1");
  await lab.leaveExecutor();
  await lab.startExecutor();
  const end = await lab.until<Extract<FromExecutor, { type: "executed" }>>("its end", ({ type }) => type === "executed");
  assert.equal(story(end.steps), "1 succeeded, 2 skipped");
  assert.equal(end.status, "partial");
  assert.equal(end.interrupted, true);
  assert.equal(end.error, "the executor ended in the middle; no further step was begun; done: 1; not begun: 2");
  assert.ok(!existsSync(join(lab.folder, "b")));
  assert.equal(await refusal(lab, id), "this execution was begun already");
});

test("an executor that ends leaves the program of a step at work: it runs once, and its result is the real one", async (t) => {
  const lab = await start(t);
  const id = lab.begin(lab.plan(tool("wait", { seconds: 7919 })));
  lab.send({ type: "execute", executionId: id });
  await running(lab, "1");
  await until("the program runs", () => sleepers().length > 0);
  const before = sleepers();
  await lab.leaveExecutor();
  assert.deepEqual(sleepers(), before);
  await lab.startExecutor();
  assert.deepEqual(sleepers(), before);
  lab.send({ type: "stop", executionId: id });
  const end = await lab.until<Extract<FromExecutor, { type: "executed" }>>("its end", ({ type }) => type === "executed");
  assert.equal(story(end.steps), "1 cancelled");
  assert.deepEqual(sleepers(), []);
});

async function refusal(lab: PlanLab, id: string): Promise<string> {
  lab.send({ type: "forget-execution", executionId: id });
  lab.messages.length = 0;
  return String(await lab.execute(id));
}

test("an end nobody heard is told on the next connection, until it is forgotten", async (t) => {
  const lab = await start(t);
  const id = lab.begin(lab.plan(tool("note", { path: join(lab.folder, "done") })));
  await lab.execute(id);
  await lab.connect();
  await lab.until("its end is sent again", ({ type }) => type === "executed");
  const [hello] = lab.messages;
  assert(hello?.type === "hello");
  assert.deepEqual(hello.executions, [{ executionId: id, status: "succeeded" }]);
  lab.send({ type: "forget-execution", executionId: id });
  await lab.connect();
  const [again] = lab.messages;
  assert(again?.type === "hello");
  assert.deepEqual(again.executions, []);
});

test("a secret is in no message, no log line and no file of the execution", async (t) => {
  const lab = await start(t);
  const canary = "canary-0123456789-abcdef";
  lab.secret("some_token", canary);
  writeFileSync(join(lab.folder, "seen"), `x${".".repeat(900)}${canary}${".".repeat(1500)}${canary.slice(0, 12)}`);
  const id = lab.begin(lab.plan(tool("look", { path: join(lab.folder, "seen") })));
  const end = await lab.execute(id);
  assert(typeof end !== "string");
  assert.match(end.steps[0]?.output ?? "", /\*{8}/);
  assert.ok(!JSON.stringify(lab.messages).includes("canary-0123456789-abc"));
  assert.ok(!lab.log().includes("canary"));
  const folder = join(lab.data.executor, "executions", id);
  for (const name of readdirSync(folder)) assert.ok(!readFileSync(join(folder, name), "utf8").includes(canary), name);
});
