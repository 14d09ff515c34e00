/** Control performs an act for a step at most once, also with repeated requests and after a stop at any point. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChangesParts } from "../../../../daemon/changes/changes.ts";
import type { Execution } from "../../../../daemon/contract/changes/execution.ts";
import type { ActOutcome, ActRequest } from "../../../../daemon/contract/changes/execution-messages.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { type DeskLab, openDesk, person, wish } from "../../../support/changes/changes.ts";
import { openWorld, type World } from "../../../support/world.ts";

const ada = person("ada");

/** A running execution of this tool on n1, with its step begun. */
function begun(lab: DeskLab, tool = "wake", parameters: Record<string, string> = {}): Execution {
  lab.node("n1", "dev");
  const { execution, approval } = lab.desk.propose(wish(tool, ["n1"], parameters), ada);
  if (approval) for (const name of ["bob", "cem"]) lab.desk.vote(approval.id, { answer: "approve", reason: "" }, person(name, "admin"));
  const found = execution ?? lab.world.executions.list(1)[0];
  assert.ok(found);
  lab.desk.receive({ type: "step", executionId: found.id, step: { id: "1", target: "n1", status: "running" } });
  return lab.world.executions.get(found.id) ?? assert.fail("gone");
}

const requestFor = ({ id, planHash }: Execution): ActRequest => ({ type: "act", executionId: id, stepId: "1", planHash });

const answersIn = ({ told }: DeskLab): ActOutcome[] => told.flatMap((message) => (message.type === "acted" ? [message.outcome] : []));

/** Waits until control has sent this number of answers. */
async function answers(lab: DeskLab, count: number): Promise<ActOutcome[]> {
  for (let turns = 0; turns < 1000 && answersIn(lab).length < count; turns++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answersIn(lab).length, count);
  return answersIn(lab);
}

/** An act that ends only when the test releases it. */
function slowAct() {
  const gate = Promise.withResolvers<string>();
  let performed = 0;
  const act: ChangesParts["act"] = () => {
    performed += 1;
    return gate.promise;
  };
  return { act, finish: gate.resolve, performed: () => performed };
}

test("the step is performed in the requester's name, and recorded before and after", async () => {
  const lab = openDesk();
  const execution = begun(lab);
  lab.desk.receive(requestFor(execution));
  assert.deepEqual(await answers(lab, 1), [{ ended: "well", message: "Wake-on-LAN sent to n1" }]);
  assert.deepEqual(lab.effects, ["wake n1"]);
  const about = { planHash: execution.planHash, executionId: execution.id, subject: "node n1", summary: "wake, as step 1 of an execution" };
  const records = lab.records("intent", "outcome").filter(({ subject }) => subject === "node n1");
  assert.partialDeepStrictEqual(records, [
    { ...about, action: "intent", actor: { keyId: ada.keyId, name: "ada", role: "operator" } },
    { ...about, action: "outcome", result: "done" },
  ]);
  const timeline = lab.world.events.ofNode(lab.world.nodes.findByName("n1")?.id ?? "", 0, 100).map(({ summary }) => summary);
  assert.ok(timeline.includes("Wake-on-LAN sent to n1, asked by ada"), timeline.join("\n"));
});

test("a repeated request gets the same answer, and nothing happens again", async () => {
  const lab = openDesk();
  const request = requestFor(begun(lab));
  lab.desk.receive(request);
  await answers(lab, 1);
  lab.desk.receive(request);
  const [first, second] = await answers(lab, 2);
  assert.deepEqual(second, first);
  assert.deepEqual(lab.effects, ["wake n1"]);
});

test("a request that is repeated during the act waits for the same end", async () => {
  const { act, finish, performed } = slowAct();
  const lab = openDesk(openWorld(), { act });
  const request = requestFor(begun(lab));
  lab.desk.receive(request);
  lab.desk.lost();
  lab.desk.receive({ type: "hello", pid: 1, runs: [], executions: [{ executionId: request.executionId, status: "running" }] });
  lab.desk.receive(request);
  finish("done");
  assert.deepEqual(await answers(lab, 2), Array(2).fill({ ended: "well", message: "done" }));
  assert.equal(performed(), 1);
});

/** Another control over the same database, as after a kill. */
const restarted = (world: World) => openDesk(world);

test("control that was stopped during the act does not know its end, and does not begin again", async () => {
  const world = openWorld();
  const { act, performed } = slowAct();
  const lab = openDesk(world, { act });
  const request = requestFor(begun(lab));
  lab.desk.receive(request);
  await new Promise((resolve) => setImmediate(resolve));
  const next = restarted(world);
  next.desk.receive(request);
  const [outcome] = await answers(next, 1);
  assert.equal(outcome?.ended, "unknown");
  assert.match(outcome?.message ?? "", /it may have happened/);
  assert.deepEqual([performed(), next.effects], [1, []]);
});

test("control that was stopped between the act and its answer gives the answer after its restart", async () => {
  const world = openWorld();
  const lab = openDesk(world);
  const request = requestFor(begun(lab));
  lab.executor.connected = false;
  lab.desk.receive(request);
  for (let turns = 0; turns < 1000 && lab.records("outcome").length === 0; turns++) await new Promise((resolve) => setImmediate(resolve));
  const next = restarted(world);
  next.desk.receive(request);
  assert.deepEqual(await answers(next, 1), [{ ended: "well", message: "Wake-on-LAN sent to n1" }]);
  assert.deepEqual([lab.effects, next.effects], [["wake n1"], []]);
});

test("control that was stopped before the act was claimed performs it after its restart", async () => {
  const world = openWorld();
  const request = requestFor(begun(openDesk(world)));
  const next = restarted(world);
  next.desk.receive(request);
  assert.deepEqual(await answers(next, 1), [{ ended: "well", message: "Wake-on-LAN sent to n1" }]);
});

test("an act whose claim cannot be saved is not performed", async () => {
  const lab = openDesk();
  const request = requestFor(begun(lab));
  lab.world.db.pragma("query_only = 1");
  lab.desk.receive(request);
  const [outcome] = await answers(lab, 1);
  lab.world.db.pragma("query_only = 0");
  assert.equal(outcome?.ended, "badly");
  assert.match(outcome?.message ?? "", /^nothing was done: /);
  assert.deepEqual(lab.effects, []);
});

test("an act whose outcome cannot be saved is still answered correctly, also when the request is repeated", async () => {
  const world = openWorld();
  const lab = openDesk(world, {
    act: async () => {
      world.db.pragma("query_only = 1");
      return "done";
    },
  });
  const request = requestFor(begun(lab));
  lab.desk.receive(request);
  await answers(lab, 1);
  world.db.pragma("query_only = 0");
  lab.desk.receive(request);
  assert.deepEqual(await answers(lab, 2), Array(2).fill({ ended: "well", message: "done" }));
});

test("an act that fails reports why; an unexpected error stays in the log", async () => {
  for (const [error, message] of [
    [new MusterError("BOOT_FILES_MISSING", "rescue.img is not among the assets"), "rescue.img is not among the assets"],
    [new Error("/var/lib/muster/secret.yaml: EACCES"), "something went wrong inside Muster; see the log of control"],
  ] as const) {
    const lab = openDesk(openWorld(), { act: () => Promise.reject(error) });
    lab.desk.receive(requestFor(begun(lab)));
    assert.deepEqual(await answers(lab, 1), [{ ended: "badly", message }]);
    assert.equal(lab.records("outcome").at(-1)?.result, "failed");
  }
});

const refusals: Record<string, { change(lab: DeskLab, execution: Execution): Partial<ActRequest> | undefined; why: RegExp }> = {
  "a step that is not at work": {
    change: (lab, { id }) => {
      lab.desk.receive({ type: "step", executionId: id, step: { id: "1", target: "n1", status: "timed-out" } });
      return undefined;
    },
    why: /step 1 is timed-out/,
  },
  "an execution that has ended": {
    change: (lab, { id }) => {
      lab.desk.receive({ type: "executed", executionId: id, status: "failed", steps: [] });
      return undefined;
    },
    why: /no execution .* is at work/,
  },
  "an unknown execution": {
    change: () => ({ executionId: "8d4a3f35-93a1-4f0e-8a59-0d6f5dca2c11" }),
    why: /no execution 8d4a3f35\S* is at work/,
  },
  "a step that the plan does not have": { change: () => ({ stepId: "2" }), why: /step 2 is no act/ },
  "another plan than the executor checked": { change: () => ({ planHash: "0".repeat(64) }), why: /its hash differs/ },
  "another machine under the same name": {
    change: ({ world }) => {
      world.db.exec("PRAGMA foreign_keys = OFF; UPDATE nodes SET id = 'another'; UPDATE node_macs SET node_id = 'another'");
      return undefined;
    },
    why: /n1 is not the machine it was/,
  },
};

for (const [what, { change, why }] of Object.entries(refusals))
  test(`nothing is done for ${what}, and the audit names it`, async () => {
    const lab = openDesk();
    const execution = begun(lab);
    const request = { ...requestFor(execution), ...change(lab, execution) };
    lab.desk.receive(request);
    const [outcome] = await answers(lab, 1);
    assert.equal(outcome?.ended, "badly");
    assert.match(outcome?.message ?? "", why);
    assert.deepEqual(lab.effects, []);
    const refusal = lab.records("refusal").at(-1);
    assert.deepEqual([refusal?.actor.name, refusal?.subject], ["executor", `execution ${request.executionId}`]);
    assert.match(refusal?.summary ?? "", why);
  });

test("a step that undoes an act is performed too", async () => {
  const lab = openDesk();
  const request = requestFor(begun(lab, "rescue"));
  lab.desk.receive(request);
  await answers(lab, 1);
  lab.desk.receive({ type: "step", executionId: request.executionId, step: { id: "r1", target: "n1", status: "running" } });
  lab.desk.receive({ ...request, stepId: "r1" });
  assert.deepEqual(await answers(lab, 2), [
    { ended: "well", message: "n1 is rescue" },
    { ended: "well", message: "n1 is ready" },
  ]);
});

test("a step that is not an act is not performed by control", async () => {
  const lab = openDesk();
  const request = requestFor(begun(lab, "disk_usage"));
  lab.desk.receive(request);
  const [outcome] = await answers(lab, 1);
  assert.match(outcome?.message ?? "", /step 1 is no act of Muster's own/);
});

test("every act that changes a phase uses the values of its step", async () => {
  for (const [tool, parameters, phase] of [
    ["arm", { profile: "image" }, { phase: "armed", profile: "image" }],
    ["wipe", { disks: "all" }, { phase: "wiping", disks: "all", quick: false }],
    ["rescue", {}, { phase: "rescue" }],
    ["retire", {}, { phase: "retired" }],
  ] as const) {
    const lab = openDesk();
    lab.desk.receive(requestFor(begun(lab, tool, parameters)));
    const [outcome] = await answers(lab, 1);
    assert.deepEqual(outcome, { ended: "well", message: `n1 is ${phase.phase}` });
    assert.partialDeepStrictEqual(lab.world.nodes.findByName("n1")?.state, phase);
  }
});

/** Reports the execution as an executor does that took over from one that ended during the act. */
const interrupt = ({ desk }: DeskLab, { id }: Execution) =>
  desk.receive({
    type: "executed",
    executionId: id,
    status: "unknown",
    steps: [{ id: "1", target: "n1", status: "unknown", error: "the executor ended while this was at work" }],
    error: "the executor ended in the middle",
    interrupted: true,
  });

test("if the executor ended during an act that control performed, the execution succeeded", async () => {
  const lab = openDesk();
  const execution = begun(lab);
  lab.desk.receive(requestFor(execution));
  await answers(lab, 1);
  interrupt(lab, execution);
  const found = lab.desk.execution(execution.id);
  assert.deepEqual([found.status, found.error, found.interruption], ["succeeded", undefined, undefined]);
  assert.partialDeepStrictEqual(found.steps, [{ status: "succeeded", output: "Wake-on-LAN sent to n1" }]);
});

test("if the executor ended before control received the request, the step did not begin", () => {
  const lab = openDesk();
  const execution = begun(lab);
  interrupt(lab, execution);
  const { status, error, interruption } = lab.desk.execution(execution.id);
  assert.deepEqual([status, error], ["failed", "the executor ended in the middle; by control's own record, step 1 did not begin"]);
  assert.partialDeepStrictEqual(interruption, { done: [], cutOff: [], notBegun: ["1"] });
});

test("if the executor ended and the act is still at work, the step stays unknown", () => {
  const slow = slowAct();
  const lab = openDesk(undefined, { act: slow.act });
  const execution = begun(lab);
  lab.desk.receive(requestFor(execution));
  interrupt(lab, execution);
  const { status, interruption } = lab.desk.execution(execution.id);
  assert.equal(status, "unknown");
  assert.partialDeepStrictEqual(interruption, { cutOff: ["1"], notBegun: [] });
  slow.finish("late");
});

test("if the executor ended before it reported a power action, the step is unknown", async () => {
  const lab = openDesk(undefined, { act: () => Promise.reject(new MusterError("POWER_UNKNOWN", "the executor disconnected")) });
  const execution = begun(lab);
  lab.desk.receive(requestFor(execution));
  assert.deepEqual(await answers(lab, 1), [{ ended: "unknown", message: "the executor disconnected" }]);
  interrupt(lab, execution);
  const { status, steps } = lab.desk.execution(execution.id);
  assert.deepEqual([status, steps[0]?.status], ["unknown", "unknown"]);
});

test("if the executor ended and the act failed, the step failed", async () => {
  const lab = openDesk(undefined, { act: () => Promise.reject(new MusterError("POWER_FAILED", "no answer")) });
  const execution = begun(lab);
  lab.desk.receive(requestFor(execution));
  await answers(lab, 1);
  interrupt(lab, execution);
  const { status, steps, interruption } = lab.desk.execution(execution.id);
  assert.deepEqual([status, steps[0]?.status, steps[0]?.error], ["failed", "failed", "no answer"]);
  assert.equal(interruption?.resume, "never");
});
