/** Jobs that wait for others, and priorities, in the real engine without an executor. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToExecutor } from "../../../daemon/contract/executor-protocol.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { queuing } from "../../support/queuing.ts";
import { addNode, openWorld, type World } from "../../support/world.ts";

function engineRoom() {
  const sent: ToExecutor[] = [];
  const { world, engine } = queuing(openWorld(), {
    executor: { connected: true, send: (message) => sent.push(message) > 0 },
    limits: { runs: 1, waveSize: 10, gatherMs: 0, quietMs: 0 },
  });
  const node = (name: string) => addNode(world, { phase: "ready", since: new Date().toISOString() }, name);
  const runs = () => sent.flatMap((message) => (message.type === "run" ? [message.members.map(({ node: name }) => name)] : []));
  const endAll = (succeeds: boolean) => {
    for (const message of sent.splice(0)) {
      if (message.type !== "run") continue;
      const recap = { ok: 1, changed: 0, unreachable: 0, failures: succeeds ? 0 : 1, skipped: 0, rescued: 0, ignored: 0 };
      const { jobId, attempt } = message.members[0]!;
      engine.receive({
        type: "finished",
        jobId,
        attempt,
        outcome: {
          ended: "exited",
          exitCode: succeeds ? 0 : 2,
          recap: Object.fromEntries(message.members.map(({ node: name }) => [name, recap])),
          endedAt: new Date().toISOString(),
        },
      });
    }
  };
  const status = (id: string) => world.jobs.find(id)?.status;
  return { engine, node, runs, endAll, status, world };
}

const become = (world: World, id: string, change: Partial<Pick<Node, "name" | "state">>) =>
  world.registry.update(id, (was) => ({
    node: { ...was, ...change },
    event: { source: "control", type: "node.changed", summary: "changed by the test" },
  }));

const look = { playbook: "playbooks/disk.yaml", purpose: "look" as const };

test("a job after another waits for it, though it is on the same node, and begins when it has succeeded", () => {
  const { engine, node, endAll, status } = engineRoom();
  const n1 = node("n1");
  const { id } = engine.provision(n1, "test");
  const [then] = engine.run([n1], { ...look, after: id }, "test");
  assert(then);
  assert.deepEqual([status(id), status(then.id)], ["running", "waiting"]);
  endAll(true);
  assert.deepEqual([status(id), status(then.id)], ["succeeded", "running"]);
});

test("what it waits for fails: so does it, and it says why", () => {
  const { engine, node, endAll, status, world } = engineRoom();
  const { id } = engine.provision(node("n1"), "test");
  const [then] = engine.run([node("n2")], { ...look, after: id }, "test");
  assert(then);
  endAll(false);
  assert.equal(status(then.id), "failed");
  assert.match(world.jobs.find(then.id)?.result?.summary ?? "", /^job n1-\d+-\w+, which it waited for, is failed$/);
});

test("a job that waits can be cancelled; waiting for a job nobody knows is refused", () => {
  const { engine, node } = engineRoom();
  const { id } = engine.provision(node("n1"), "test");
  const [then] = engine.run([node("n2")], { ...look, after: id }, "test");
  assert.equal(engine.cancel(then?.id ?? "", "test").status, "cancelled");
  assert.throws(() => engine.run([node("n3")], { ...look, after: "no-such-job" }, "test"), { code: "JOB_NOT_FOUND" });
});

for (const [what, state] of [
  ["wiped", { phase: "wiping", disks: "chosen", quick: true, deadline: "2100-01-01T00:00:00.000Z" }],
  ["installed", { phase: "armed", profile: "image", until: "2100-01-01T00:00:00.000Z" }],
  ["retired", { phase: "retired", at: "2026-01-01T00:00:00.000Z" }],
] as const)
  test(`a job whose node is being ${what} when its turn comes is not run there: it has failed, and says why`, () => {
    const { engine, node, runs, endAll, world } = engineRoom();
    const { id } = engine.provision(node("n1"), "test");
    const [then] = engine.run([node("n2")], { ...look, after: id }, "test");
    assert(then);
    become(world, then.nodeId, { state });
    endAll(true);
    assert.deepEqual(runs(), []);
    const { status, result } = world.jobs.find(then.id) ?? {};
    assert.equal(status, "failed");
    assert.match(result?.summary ?? "", new RegExp(`^not run: n2 is ${state.phase}`));
    assert.match(result?.hint ?? "", /Run the playbook again when the node is ready/);
  });

test("a node that was renamed while its job waited is run on by its new name, not the machine that has the old one", () => {
  const { engine, node, runs, endAll, world } = engineRoom();
  const { id } = engine.provision(node("n1"), "test");
  const [then] = engine.run([node("old")], { ...look, after: id }, "test");
  assert(then);
  become(world, then.nodeId, { name: "new" });
  node("old");
  endAll(true);
  assert.deepEqual(runs(), [["new"]]);
  assert.equal(world.jobs.find(then.id)?.nodeName, "new");
  endAll(true);
  assert.equal(world.jobs.find(then.id)?.status, "succeeded");
});

test("a job that waits for a free place is not run on a node that was taken out of service meanwhile; the rest of its wave is", () => {
  const { engine, node, runs, endAll, status, world } = engineRoom();
  engine.provision(node("n1"), "test");
  const [gone, stays] = engine.run([node("n2"), node("n3")], look, "test");
  assert(gone && stays);
  become(world, gone.nodeId, { state: { phase: "retired", at: "2026-01-01T00:00:00.000Z" } });
  endAll(true);
  assert.deepEqual(runs(), [["n3"]]);
  assert.deepEqual([status(gone.id), status(stays.id)], ["failed", "running"]);
});

test("the urgent one begins before those that came earlier", () => {
  const { engine, node, runs, endAll } = engineRoom();
  engine.provision(node("first"), "test");
  engine.run([node("patient")], look, "test");
  engine.run([node("urgent")], { ...look, playbook: "playbooks/now.yaml", priority: 10 }, "test");
  endAll(true);
  assert.deepEqual(runs(), [["urgent"]]);
});
