/** A node that a plan is changing, and the jobs that wait for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToExecutor } from "../../../daemon/contract/executor-protocol.ts";
import { openDesk, person, restartSsh, wish } from "../../support/changes/changes.ts";
import { queuing } from "../../support/queuing.ts";

for (const [what, proposal, waits] of [
  ["a job waits while a plan changes its node", restartSsh("n1"), true],
  ["a job does not wait for a plan that only looks", wish("memory", ["n1"]), false],
] as const)
  test(what, () => {
    const lab = openDesk();
    const node = lab.node("n1", "dev");
    const sent: ToExecutor[] = [];
    const { engine } = queuing(lab.world, {
      executor: {
        connected: true,
        send: (message) => {
          sent.push(message);
          return true;
        },
      },
    });
    const { execution } = lab.desk.propose(proposal, person("ada"));
    engine.run([node], { playbook: "playbooks/look.yaml", purpose: "look" }, "bob");
    assert.equal(sent.length, waits ? 0 : 1);
    lab.desk.receive({ type: "executed", executionId: execution?.id ?? "", status: "succeeded", steps: [] });
    engine.receive({ type: "alive", runs: [] });
    assert.deepEqual(
      sent.map(({ type }) => type),
      ["run"],
    );
  });
