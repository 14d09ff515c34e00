/** The figures that the executor sends with each heartbeat. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { FromExecutor } from "../../../daemon/contract/executor-protocol.ts";
import { PlanLab } from "../../support/changes/plan-lab.ts";
import { forms } from "./executions/plan-forms.ts";

type Alive = Extract<FromExecutor, { type: "alive" }>;

test("steps at work, and executions it would not begin", async (t) => {
  const lab = await PlanLab.start(t, [{ name: "d1", group: "dev" }], forms);
  const refused = randomUUID();
  assert.match(String(await lab.execute(refused)), /no such execution/);
  const waiting = lab.begin(lab.plan({ goal: { kind: "tool", tool: "wait", parameters: {} }, targets: ["d1"] }));
  lab.send({ type: "execute", executionId: waiting });
  const { figures } = await lab.until<Alive>("a step at work", (message) => message.type === "alive" && message.figures?.steps === 1);
  assert.deepEqual(figures, { runs: 0, steps: 1, sshConnections: 0, refusedWarrants: 1 });
  lab.send({ type: "stop", executionId: waiting });
  await lab.until("its end", (message) => message.type === "executed");
  lab.messages.length = 0;
  const { figures: after } = await lab.until<Alive>("a sign of life", ({ type }) => type === "alive");
  assert.deepEqual(after, { runs: 0, steps: 0, sshConnections: 0, refusedWarrants: 1 });
});
