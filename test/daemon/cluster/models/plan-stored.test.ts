/** Plans of stored models over the API: which nodes count, and which memory they have. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryOfNodes } from "../../../../daemon/cluster/models/node-memory.ts";
import { planStored } from "../../../../daemon/cluster/models/plan-stored.ts";
import { createClient } from "../../../../daemon/contract/client.ts";
import type { StoredModel } from "../../../../daemon/contract/cluster/stored-model.ts";
import type { Facts, NodeState } from "../../../../daemon/contract/machines/node.ts";
import { storedModel } from "../../../support/cluster/stored-model.ts";
import { serve } from "../../../support/dhcp/served.ts";
import { addNode } from "../../../support/world.ts";

const at = "2026-01-01T00:00:00.000Z";

const node = (name: string, facts: Facts, state: NodeState = { phase: "ready", since: at }) => ({ name, facts, state });

test("only ready nodes count, and each keeps 1024 MiB for its system", () => {
  const nodes = [
    node("n1", { memoryMb: 8192 }),
    node("n2", { memoryMb: 512 }),
    node("n3", {}),
    node("n4", { memoryMb: 8192 }, { phase: "armed", profile: "preseed", until: at, readySince: at }),
    node("n5", { memoryMb: 8192 }, { phase: "retired", at }),
    node("n6", { memoryMb: 8192 }, { phase: "configure-failed", reason: "", at }),
  ];
  assert.deepEqual(memoryOfNodes(nodes), [{ node: "n1", freeMb: 7516 }, { node: "n2", freeMb: 0 }, { node: "n3" }]);
});

test("the default context is 4096 tokens, or what the model was trained for", () => {
  const model = storedModel("m", 100);
  assert.equal(planStored([model], [], "m", undefined).plan.contextTokens, 4096);
  const short = { ...model, shape: { ...model.shape, contextTokens: 1024 } };
  assert.equal(planStored([short], [], "m", undefined).plan.contextTokens, 1024);
  assert.throws(() => planStored([short], [], "m", 2048), {
    code: "REQUEST_INVALID",
    message: /^context: m was trained for .* 1024 tokens$/,
  });
});

test("a damaged model is not offered instead of another", () => {
  const fleet = [node("n1", { memoryMb: 3000 })];
  const small = storedModel("small", 100);
  const plan = (others: StoredModel[]) => planStored([storedModel("large", 1000), ...others], fleet, "large", undefined).plan;
  const instead = (others: StoredModel[]) => {
    const answer = plan(others);
    return !answer.fits && answer.instead.model;
  };
  assert.equal(instead([small]), "small");
  assert.equal(instead([{ state: "damaged", name: "small", reason: "half" }]), undefined);
});

test("the route answers with the plan and the memory of the nodes, and refuses a wrong context", async (t) => {
  const served = await serve(t, { storedModels: async () => [storedModel("m", 300)] });
  for (const name of ["n1", "n2"]) {
    const { id } = addNode(served.world, { phase: "ready", since: at }, name);
    const event = { source: "control", type: "node.facts", summary: "its memory" } as const;
    served.world.registry.update(id, (was) => ({ node: { ...was, facts: { memoryMb: 4096 } }, event }));
  }
  const client = createClient({ baseUrl: served.url, headers: () => ({ authorization: `Bearer ${served.key("viewer")}` }) });
  const { plan, nodes } = await client.planModel({ model: "m" });
  assert(plan.fits);
  assert.deepEqual(
    plan.parts.map((part) => `${part.node} ${part.role} ${part.layers}`),
    ["n1 head 9", "n2 worker 1"],
  );
  assert.deepEqual(nodes, [
    { node: "n1", freeMb: 3221 },
    { node: "n2", freeMb: 3221 },
  ]);
  for (const context of ["0", "-5", "1.5", "many", "1e99", "8193"]) {
    const { status, text } = await served.request(`/api/models/m/plan?context=${context}`, { key: served.key("viewer") });
    assert.equal(status, 400, text);
    assert.match(text, /context: /);
  }
  assert.equal((await served.request("/api/models/..%2f..%2fetc/plan", { key: served.key("viewer") })).status, 400);
  assert.equal((await served.request("/api/models/n/plan", { key: served.key("viewer") })).status, 404);
});
