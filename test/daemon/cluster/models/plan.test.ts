/** Where a model goes, for fleets of old machines. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type FreeMemory, planModel } from "../../../../daemon/cluster/models/plan.ts";
import type { Model, ModelPlan } from "../../../../daemon/contract/cluster/model.ts";

const MB = 1_000_000;

/** A model with equal layers, and a table of its words as large as `inputMb`. */
const model = (name: string, layers: number, layerMb: number, inputMb: number): Model => ({
  name,
  sha256: "0".repeat(64),
  addedAt: "2026-01-01T00:00:00.000Z",
  shape: {
    architecture: "llama",
    title: name,
    quantisation: "Q4_K_M",
    layers,
    contextTokens: 32_768,
    bytes: (layers * layerMb + 2 * inputMb) * MB,
    layerBytes: Array.from({ length: layers }, () => layerMb * MB),
    inputBytes: inputMb * MB,
    outputBytes: inputMb * MB,
    cacheBytesPerToken: 4096,
    vocabulary: 32_000,
    embedding: 4096,
  },
});

/** About 4.9 GB and 0.54 GB of cache at 4096 tokens, as an 8B model at four bits. */
const large = model("large-8b", 32, 135, 290);
/** About 0.9 GB. */
const small = model("small-1b", 16, 45, 100);
/** About 40 GB. */
const huge = model("huge-70b", 80, 490, 600);

const fleet = (...freeMb: number[]): FreeMemory[] => freeMb.map((free, index) => ({ node: `n${index + 1}`, freeMb: free }));
const inWords = (plan: ModelPlan): string =>
  plan.fits ? plan.parts.map(({ node, role, layers }) => `${node} ${role} ${layers}`).join(", ") : `no: ${JSON.stringify(plan.instead)}`;

describe("ten fleets", () => {
  for (const [what, wanted, free, said] of [
    ["one node with 8 GB", large, [7000], "n1 head 32"],
    ["the smallest node that is large enough", large, [30_000, 7000, 15_000], "n2 head 32"],
    ["two nodes with 4 GB", large, [3600, 3600], "n1 head 20, n2 worker 12"],
    ["a third node that is not needed stays free", large, [3600, 3600, 3600], "n1 head 20, n2 worker 12"],
    ["six nodes with 2 GB", large, [1600, 1600, 1600, 1600, 1600, 1600], "n1 head 7, n2 worker 9, n3 worker 9, n4 worker 7"],
    ["a small node is left out if it holds no layer", large, [3600, 100, 3600], "n1 head 20, n3 worker 12"],
    ["twenty nodes with 4 GB hold 70B", huge, Array.from({ length: 20 }, () => 3600), "n1 head 5, n10 worker 6, n11 worker 6"],
    ["a single node with 2 GB", large, [1600], 'no: {"model":"small-1b"}'],
    ["nodes without room", small, [100, 0, -50], "no: {}"],
    ["no node", small, [], "no: {}"],
  ] as const) {
    test(what, () => {
      const plan = planModel(wanted, 4096, fleet(...free), [small, large, huge]);
      assert(inWords(plan).startsWith(said), inWords(plan));
    });
  }
});

test("a plan that does not fit gives the numbers, and the context at which the model would fit", () => {
  const plan = planModel(large, 32_768, fleet(7000));
  assert(!plan.fits);
  assert.match(plan.reason, /^it needs \d+ MB, and all nodes together have 7000 MB free$/);
  assert(plan.neededMb > 9000 && plan.neededMb < 10_000, String(plan.neededMb));
  assert.deepEqual(plan.instead, { contextTokens: 8192 });
});

test("memory in many small pieces is no reason to say that it is too little", () => {
  const plan = planModel(large, 4096, fleet(...Array.from({ length: 200 }, () => 150)));
  assert(!plan.fits);
  assert.match(plan.reason, /no node has room/);
});

test("every layer has one place, no node gets more than it has, and the order of the nodes does not matter", () => {
  const nodes = fc.uniqueArray(fc.record({ node: fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), freeMb: fc.integer({ min: 0, max: 9000 }) }), {
    selector: ({ node }) => node,
    maxLength: 30,
  });
  fc.assert(
    fc.property(nodes, fc.constantFrom(small, large, huge), fc.constantFrom(512, 4096, 16_384), (free, wanted, context) => {
      const plan = planModel(wanted, context, free);
      assert.deepEqual(planModel(wanted, context, free.toReversed()), plan);
      if (!plan.fits) return;
      assert.equal(
        plan.parts.reduce((sum, { layers }) => sum + layers, 0),
        wanted.shape.layers,
      );
      assert.equal(new Set(plan.parts.map(({ node }) => node)).size, plan.parts.length);
      for (const part of plan.parts) assert(part.memoryMb <= part.freeMb, inWords(plan));
    }),
  );
});
