/** Rescue, wipe and promotion over the API: their checks, and their refusal while a job runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job } from "../../../../daemon/contract/jobs/job.ts";
import type { Node, NodeState } from "../../../../daemon/contract/machines/node.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { type Served, serve } from "../../../support/dhcp/served.ts";
import { queuing } from "../../../support/queuing.ts";
import { addNode } from "../../../support/world.ts";

const at = new Date().toISOString();
const ready: NodeState = { phase: "ready", since: at };
const error = ({ body }: { body: unknown }) => (body as { error: { code: string; message: string } }).error;

async function bench(t: Parameters<typeof serve>[0], parts: Parameters<typeof serve>[1] = {}) {
  const served: Served = await serve(t, { provision: async (node, by) => queuing(served.world).engine.provision(node, by), ...parts });
  const key = served.key("operator");
  return {
    served,
    ask: (path: string, body?: object, method = "POST") =>
      served.request(path, { method, key, ...(body && { body: JSON.stringify(body) }) }),
    now: (node: Node) => served.world.nodes.findById(node.id) ?? assert.fail("gone"),
  };
}

for (const phase of ["accepted", "ready"] as const)
  test(`a wipe wants the name typed, also for a node that is ${phase}`, async (t) => {
    const { served, ask, now } = await bench(t);
    const node = addNode(served.world, phase === "ready" ? ready : { phase }, "n1");
    assert.equal((await ask("/api/nodes/n1/wipe")).status, 400);
    assert.match(error(await ask("/api/nodes/n1/wipe", { confirm: "n2" })).message, /^confirm: .*n1/);
    assert.equal(now(node).state.phase, phase);
    assert.equal((await ask("/api/nodes/n1/wipe", { confirm: "n1", disks: "all" })).status, 200);
    assert.partialDeepStrictEqual(now(node).state, { phase: "wiping", disks: "all", quick: false, before: { phase } });
  });

test("a node at work is not armed, rescued, wiped, promoted or retired under its job", async (t) => {
  const { served, ask, now } = await bench(t);
  const node = addNode(served.world, ready, "n1");
  queuing(served.world).engine.run([node], { playbook: "playbooks/update.yaml", purpose: "change" }, "test");
  for (const [what, body] of [
    ["arm", { confirm: "n1" }],
    ["rescue", undefined],
    ["wipe", { confirm: "n1" }],
    ["promote", undefined],
    ["retire", { confirm: "n1" }],
  ] as const)
    assert.equal(error(await ask(`/api/nodes/n1/${what}`, body)).code, "JOB_IN_PROGRESS", what);
  assert.equal(now(node).state.phase, "ready");
});

test("a machine that cannot run our kernel is refused before it boots", async (t) => {
  const { served, ask } = await bench(t);
  const node = addNode(served.world, ready, "n1");
  served.world.nodes.save({ ...node, facts: { cpuArch: "i686" } });
  assert.equal(error(await ask("/api/nodes/n1/rescue")).code, "NODE_UNSUITABLE");
  assert.equal(error(await ask("/api/nodes/n1/wipe", { confirm: "n1" })).code, "NODE_UNSUITABLE");
});

test("a promoted node is configured again; one that is not in the inventory is not, and stays ready", async (t) => {
  const promoted: string[] = [];
  const { served, ask, now } = await bench(t, {
    promote: async (name) => {
      if (name === "n2") throw new MusterError("NODE_WRONG_PHASE", "the inventory has no worker n2");
      promoted.push(name);
    },
  });
  const [n1, n2] = [addNode(served.world, ready, "n1"), addNode(served.world, ready, "n2")];
  const answer = await ask("/api/nodes/n1/promote");
  assert.equal(answer.status, 202);
  assert.equal((answer.body as Job).nodeName, "n1");
  assert.deepEqual(promoted, ["n1"]);
  assert.equal(now(n1).state.phase, "configuring");
  assert.ok(served.world.events.ofNode(n1.id, 0, 10).some(({ type }) => type === "node.promoted"));
  assert.equal((await ask("/api/nodes/n2/promote")).status, 409);
  assert.equal(now(n2).state.phase, "ready");
});

test("a rescue ends where it began", async (t) => {
  const { served, ask, now } = await bench(t);
  const failed: NodeState = { phase: "configure-failed", reason: "r", at, jobId: "j" };
  const node = addNode(served.world, failed, "n1");
  await ask("/api/nodes/n1/rescue");
  assert.equal(now(node).state.phase, "rescue");
  await ask("/api/nodes/n1/rescue", undefined, "DELETE");
  assert.deepEqual(now(node).state, failed);
});
