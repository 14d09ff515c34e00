/** The texts of `muster model plan`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { showModelPlan } from "../../../../daemon/cli/cluster/show-model-plan.ts";
import type { ModelPlanAnswer } from "../../../../daemon/contract/cluster/model.ts";

const fits: ModelPlanAnswer["plan"] = {
  ...{ fits: true, model: "llama-8b", contextTokens: 4096, memoryMb: 6130, cacheMb: 537 },
  parts: [
    { node: "n1", role: "head", layers: 20, memoryMb: 3590, freeMb: 3600 },
    { node: "n2", role: "worker", layers: 12, memoryMb: 2540, freeMb: 3600 },
  ],
};

test("a plan that fits shows each node with its layers and its memory, and the total", () => {
  assert.equal(
    showModelPlan({ plan: fits, nodes: [{ node: "n1", freeMb: 3600 }, { node: "n2", freeMb: 3600 }, { node: "n3" }] }),
    `llama-8b fits on a head and 1 worker with a context of 4096 tokens.
NODE  ROLE    LAYERS  NEEDS   HAS
n1    head    20      3.6 GB  3.6 GB
n2    worker  12      2.5 GB  3.6 GB
Total: 6.1 GB, of which 537 MB are the cache of keys and values.
Not counted, because the memory is not known: n3.`,
  );
});

test("a plan that does not fit shows the numbers and what fits instead", () => {
  const plan = { fits: false as const, model: "m", contextTokens: 8192, reason: "it needs 900 MB", neededMb: 900, freeMb: 700 };
  assert.equal(
    showModelPlan({ plan: { ...plan, instead: { model: "small", contextTokens: 2048 } }, nodes: [] }),
    `m does not fit with a context of 8192 tokens: it needs 900 MB.
It fits with a context of 2048 tokens: muster model plan m --context 2048
The largest stored model that fits with this context is small.`,
  );
  assert.match(
    showModelPlan({ plan: { ...plan, instead: {} }, nodes: [] }),
    /smaller context either\.\nNo stored model fits with this context\.$/,
  );
});
