/** Jobs that wait for others, and priorities, in the real engine without an executor. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToExecutor } from "../../../daemon/contract/executor-protocol.ts";
import { queuing } from "../../support/queuing.ts";
import { addNode, openWorld } from "../../support/world.ts";

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
  assert.match(world.jobs.find(then.id)?.result?.summary ?? "", /^the job it waited for, n1-\d+-\w+, is failed$/);
});

test("a job that waits can be cancelled; waiting for a job nobody knows is refused", () => {
  const { engine, node } = engineRoom();
  const { id } = engine.provision(node("n1"), "test");
  const [then] = engine.run([node("n2")], { ...look, after: id }, "test");
  assert.equal(engine.cancel(then?.id ?? "", "test").status, "cancelled");
  assert.throws(() => engine.run([node("n3")], { ...look, after: "no-such-job" }, "test"), { code: "JOB_NOT_FOUND" });
});

test("the urgent one begins before those that came earlier", () => {
  const { engine, node, runs, endAll } = engineRoom();
  engine.provision(node("first"), "test");
  engine.run([node("patient")], look, "test");
  engine.run([node("urgent")], { ...look, playbook: "playbooks/now.yaml", priority: 10 }, "test");
  endAll(true);
  assert.deepEqual(runs(), [["urgent"]]);
});
