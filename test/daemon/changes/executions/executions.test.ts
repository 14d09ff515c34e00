/** Tests the life of an execution: the executor's reports, its loss, and cancellation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Execution, StepResult } from "../../../../daemon/contract/changes/execution.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { type DeskLab, diskUsage, openDesk, person, restartSsh, wish } from "../../../support/changes/changes.ts";

const ada = person("ada");
const bob = person("bob");
const hello = (executions: { executionId: string; status: Execution["status"] }[] = []) => ({
  type: "hello" as const,
  pid: 1,
  runs: [],
  executions,
});
const done = (id: string, more: Partial<StepResult> = {}): StepResult => ({ id, status: "succeeded", ...more });

function begun(lab: DeskLab, ...names: string[]): Execution {
  for (const name of names) lab.node(name);
  const { execution } = lab.desk.propose(diskUsage(...names), ada);
  assert.ok(execution);
  return execution;
}
const eventsOf = ({ world }: DeskLab, type: string) => world.events.after(0, 1000).filter((event) => event.type === type);
const now = ({ world }: DeskLab, { id }: Execution) => world.executions.get(id);

test("steps are shown as they end, also on their nodes' timelines, and the end releases the nodes", () => {
  const lab = openDesk();
  const execution = begun(lab, "n1", "n2");
  const { desk, world, told } = lab;
  assert.equal(world.nodeHolds.all().length, 2);
  desk.receive({ type: "step", executionId: execution.id, step: { id: "1", target: "n1", status: "running" } });
  desk.receive({ type: "step", executionId: execution.id, step: done("1", { target: "n1", output: "40%" }) });
  desk.receive({ type: "step", executionId: execution.id, step: done("1", { target: "n1", output: "40%" }) });
  assert.deepEqual(
    now(lab, execution)?.steps.map(({ status, output }) => `${status} ${output ?? ""}`.trim()),
    ["succeeded 40%", "pending"],
  );
  assert.deepEqual(
    eventsOf(lab, "execution.step").map(({ summary, nodeId }) => [summary, nodeId]),
    [["disk_usage on n1: succeeded", world.nodes.findByName("n1")?.id]],
  );
  desk.receive({
    type: "executed",
    executionId: execution.id,
    status: "succeeded",
    steps: [done("1", { target: "n1" }), done("2", { target: "n2" })],
  });
  assert.equal(now(lab, execution)?.status, "succeeded");
  assert.ok(now(lab, execution)?.endedAt);
  assert.deepEqual(world.nodeHolds.all(), []);
  assert.deepEqual(told.at(-1), { type: "forget-execution", executionId: execution.id });
  assert.deepEqual(
    lab.records("intent", "outcome").map(({ action, result, executionId }) => [action, result, executionId]),
    [
      ["intent", "succeeded", execution.id],
      ["outcome", "succeeded", execution.id],
    ],
  );
});

test("an end that is reported twice is taken once, and forgotten each time", () => {
  const lab = openDesk();
  const execution = begun(lab, "n1");
  const steps = [done("1", { status: "failed" })];
  const ended = { type: "executed" as const, executionId: execution.id, status: "failed" as const, steps, error: "no" };
  lab.desk.receive(ended);
  lab.desk.receive({ ...ended, status: "succeeded" });
  assert.equal(now(lab, execution)?.status, "failed");
  assert.equal(lab.records("outcome").length, 1);
  assert.equal(lab.told.filter(({ type }) => type === "forget-execution").length, 2);
});

test("an end that could not be saved when it was reported is saved at the next report", () => {
  const lab = openDesk();
  const execution = begun(lab, "n1");
  lab.world.db.pragma("query_only = 1");
  assert.throws(
    () => lab.desk.receive({ type: "executed", executionId: execution.id, status: "succeeded", steps: [done("1")] }),
    /readonly/,
  );
  lab.world.db.pragma("query_only = 0");
  assert.equal(now(lab, execution)?.status, "running");
  lab.desk.receive({ type: "alive", runs: [], executions: [{ executionId: execution.id, status: "succeeded" }] });
  assert.equal(now(lab, execution)?.status, "succeeded");
  assert.deepEqual(lab.told.at(-1), { type: "forget-execution", executionId: execution.id });
});

test("an execution that the executor refuses has no effects, and its approval is still used", () => {
  const lab = openDesk();
  lab.node("n1", "prod");
  const { approval, work } = lab.desk.propose(restartSsh("n1"), ada);
  lab.desk.vote(approval?.id ?? "", { answer: "approve", reason: "" }, bob);
  const id = lab.world.executions.ofPlan(work.id)?.id ?? "";
  lab.desk.receive({ type: "execution-refused", executionId: id, reason: "the form of service_restart was changed" });
  assert.equal(lab.world.executions.get(id)?.status, "refused");
  assert.match(lab.world.executions.get(id)?.error ?? "", /the executor refused it: the form/);
  assert.equal(lab.world.approvals.get(approval?.id ?? "")?.state, "used");
  assert.deepEqual(
    lab.records("intent", "outcome").map(({ result }) => result),
    ["refused", "refused"],
  );
});

test("executions are unknown while the executor is away, and go on when it returns with them", () => {
  const lab = openDesk();
  const execution = begun(lab, "n1");
  lab.desk.lost();
  assert.equal(now(lab, execution)?.status, "unknown");
  assert.equal(lab.world.nodeHolds.all().length, 1);
  lab.desk.receive(hello([{ executionId: execution.id, status: "running" }]));
  assert.equal(now(lab, execution)?.status, "running");
});

test("executions that a returning executor does not hold stay unknown; their nodes are free and they never begin again", () => {
  const lab = openDesk();
  const execution = begun(lab, "n1");
  lab.desk.receive({ type: "step", executionId: execution.id, step: { id: "1", target: "n1", status: "running" } });
  lab.desk.lost();
  lab.desk.receive(hello());
  const after = now(lab, execution);
  assert.equal(after?.status, "unknown");
  assert.match(after?.error ?? "", /lost during the execution/);
  assert.deepEqual(
    after?.steps.map(({ status }) => status),
    ["unknown"],
  );
  assert.deepEqual(lab.world.nodeHolds.all(), []);
  assert.equal(lab.told.filter(({ type }) => type === "execute").length, 1);
  lab.desk.receive({ type: "executed", executionId: execution.id, status: "succeeded", steps: [done("1")] });
  assert.equal(now(lab, execution)?.status, "succeeded");
});

test("an execution that control does not expect is stopped", () => {
  const lab = openDesk();
  const execution = begun(lab, "n1");
  lab.desk.receive({ type: "execution-refused", executionId: execution.id, reason: "a mistake" });
  lab.desk.receive(hello([{ executionId: execution.id, status: "running" }]));
  assert.deepEqual(lab.told.at(-1), { type: "stop", executionId: execution.id });
});

test("a queued execution is cancelled at once; a running one gets a stop request", () => {
  const lab = openDesk();
  const running = begun(lab, "n1");
  const { execution: waiting } = lab.desk.propose(wish("memory", ["n1"]), ada);
  assert.equal(waiting?.status, "queued");
  assert.equal(lab.desk.cancel(waiting?.id ?? "", bob).status, "cancelled");
  assert.equal(lab.desk.cancel(running.id, bob).status, "running");
  assert.deepEqual(lab.told.at(-1), { type: "stop", executionId: running.id });
  assert.deepEqual(
    lab.records("change").map(({ actor }) => actor.name),
    ["bob"],
  );
  assert.throws(
    () => lab.desk.cancel(waiting?.id ?? "", bob),
    (error) => error instanceof MusterError && error.code === "EXECUTION_NOT_CANCELLABLE",
  );
  lab.executor.connected = false;
  assert.throws(
    () => lab.desk.cancel(running.id, bob),
    (error) => error instanceof MusterError && error.code === "EXECUTOR_UNREACHABLE",
  );
});

test("a node has one execution at a time: the next begins when the first has ended", () => {
  const lab = openDesk();
  const first = begun(lab, "n1");
  const { execution: second } = lab.desk.propose(wish("memory", ["n1"]), bob);
  assert.equal(second?.status, "queued");
  lab.desk.receive({ type: "executed", executionId: first.id, status: "succeeded", steps: [done("1")] });
  assert.equal(lab.world.executions.get(second?.id ?? "")?.status, "running");
});

test("at most three executions run at once", () => {
  const lab = openDesk();
  const all = ["n1", "n2", "n3", "n4"].map((name) => begun(lab, name));
  assert.deepEqual(
    all.map((execution) => now(lab, execution)?.status),
    ["running", "running", "running", "queued"],
  );
});

test("a change waits for its node's job to end, and no job begins on a node that is being changed", () => {
  const lab = openDesk();
  const { world, desk } = lab;
  const n1 = lab.node("n1", "dev");
  const at = new Date().toISOString();
  const job = {
    id: "n1-job",
    kind: "ansible",
    playbook: "look.yaml",
    nodeId: n1.id,
    nodeName: "n1",
    attempt: 1,
    requestedBy: "ada",
    createdAt: at,
  } as const;
  world.jobs.add({ ...job, status: "queued" });
  const { execution } = desk.propose(restartSsh("n1"), ada);
  assert.equal(execution?.status, "queued");
  world.jobs.save({ ...job, status: "succeeded", endedAt: at });
  desk.dispatch();
  assert.equal(world.executions.get(execution?.id ?? "")?.status, "running");
  assert.equal(world.nodeHolds.isBeingChanged(n1.id), true);
});

test("after a restart of control, queued executions begin once and running ones do not begin again", () => {
  const lab = openDesk();
  const running = begun(lab, "n1");
  lab.executor.connected = false;
  const { execution: waiting } = lab.desk.propose(wish("memory", ["n1"]), ada);
  const reborn = openDesk(lab.world, { plan: () => lab.world.plans.get(waiting?.planId ?? "")?.plan ?? assert.fail("no plan") });
  reborn.desk.receive(hello([{ executionId: running.id, status: "running" }]));
  assert.deepEqual(reborn.told, []);
  reborn.desk.receive({ type: "executed", executionId: running.id, status: "succeeded", steps: [done("1")] });
  assert.deepEqual(
    reborn.told.filter(({ type }) => type === "execute"),
    [{ type: "execute", executionId: waiting?.id }],
  );
});
