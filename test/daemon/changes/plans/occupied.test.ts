/** The machines that a plan occupies while it runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nodesOccupiedBy, occupiedBy } from "../../../../daemon/changes/plans/occupied.ts";
import { plan, step } from "../planned.ts";

test("a plan occupies the machines of its steps, but not a machine on which it only cancels a job", () => {
  const cancel = step({ tool: "job_cancel", target: "n1", risk: "write" });
  const restart = step({ tool: "service_restart", target: "n2", risk: "write" });
  const targets = ["n1", "n2"].map((node) => ({ nodeId: `id of ${node}`, node, scope: "dev" as const }));
  assert.deepEqual([occupiedBy(cancel), occupiedBy(restart)], [undefined, "n2"]);
  assert.deepEqual(nodesOccupiedBy({ ...plan([cancel, restart]), targets }), ["id of n2"]);
  assert.deepEqual(nodesOccupiedBy({ ...plan([cancel]), targets }), []);
  const undo = { undoes: "1", step: step({ tool: "reboot", target: "n1", risk: "write" }) };
  assert.deepEqual(nodesOccupiedBy({ ...plan([cancel]), targets, rollback: [undo] }), ["id of n1"]);
});
