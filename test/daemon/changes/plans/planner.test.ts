import assert from "node:assert/strict";
import { test } from "node:test";
import { coverageOf, previewHashOf, targetsHashOf } from "../../../../daemon/changes/plans/digests.ts";
import { canonical, digestOf } from "../../../../daemon/changes/tools/canonical.ts";
import { Plan } from "../../../../daemon/contract/changes/plan.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { fleet, node, plan, runbook, tool } from "./fleet.ts";

const refused = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof MusterError && error.code === code && text.test(error.message);

test("a plan lists the steps for each node and fits the contract", () => {
  const made = plan({ goal: tool("disk_usage"), targets: ["n2", "n1", "n2"] });
  assert.deepEqual(Plan.parse(made), made);
  assert.deepEqual(
    made.steps.map(({ id, target, scope, risk, costUsd, preview }) => [id, target, scope, risk, costUsd, preview.text]),
    [
      ["1", "n1", "prod", "read", 0, "df -PTh -x tmpfs -x devtmpfs"],
      ["2", "n2", "dev", "read", 0, "df -PTh -x tmpfs -x devtmpfs"],
    ],
  );
  assert.equal(coverageOf(made), 1);
});

test("a node in no scope group is prod, and of two scopes the stricter counts", () => {
  const made = plan({ goal: tool("load"), targets: ["unlabelled", "n3"] });
  assert.deepEqual(
    made.targets.map(({ node: name, scope }) => [name, scope]),
    [
      ["n3", "staging"],
      ["unlabelled", "prod"],
    ],
  );
});

test("a request in another order or as text gives the same plan to the byte", () => {
  const one = plan({ goal: tool("journal", { lines: 50, unit: "ssh.service" }), targets: ["n1", "n2"] });
  const other = plan({ goal: tool("journal", { unit: "ssh.service", lines: "50" }), targets: ["n2", "n1"] }, { nodes: fleet.toReversed() });
  assert.equal(canonical(one), canonical(other));
});

test("another machine with the same name gives another plan, other targets and another hash", () => {
  const [mine, theirs] = ["10.0.0.7", "10.0.0.99"].map((address) =>
    plan(
      { goal: tool("service_restart", { unit: "ssh.service" }), targets: ["n1"] },
      { nodes: [{ ...node("n1", ["prod"], "ready", address) }] },
    ),
  );
  assert.ok(mine && theirs);
  assert.notEqual(digestOf(mine), digestOf(theirs));
  assert.notEqual(targetsHashOf(mine), targetsHashOf(theirs));
});

test("another preview is another preview hash", () => {
  const [one, two] = ["ssh.service", "cron.service"].map((unit) => plan({ goal: tool("service_restart", { unit }), targets: ["n1"] }));
  assert.ok(one && two);
  assert.notEqual(previewHashOf(one), previewHashOf(two));
});

test("a change waits for the same change of the machine before it, a read does not wait", () => {
  const changes = plan({ goal: tool("service_restart", { unit: "ssh.service" }), targets: ["n1", "n2", "n3"] });
  assert.deepEqual(
    changes.steps.map(({ after }) => after),
    [[], ["1"], ["2"]],
  );
  const looks = plan({ goal: tool("load"), targets: ["n1", "n2", "n3"] });
  assert.deepEqual(
    looks.steps.map(({ after }) => after),
    [[], [], []],
  );
});

test("changes are undone in reverse order, if they can be undone", () => {
  const made = plan({ goal: tool("service_stop", { unit: "cron.service" }), targets: ["n1", "n2"] });
  assert.deepEqual(
    made.rollback.map(({ undoes, step }) => [step.id, undoes, step.tool, step.target, step.parameters]),
    [
      ["r1", "2", "service_start", "n2", { unit: "cron.service" }],
      ["r2", "1", "service_start", "n1", { unit: "cron.service" }],
    ],
  );
});

test("a named node that is not fit stops the plan with the reason", () => {
  assert.throws(
    () => plan({ goal: tool("load"), targets: ["n1", "fresh"] }),
    refused("NODE_WRONG_PHASE", /fresh is armed: it has no system that ssh could reach/),
  );
  assert.throws(() => plan({ goal: tool("ping"), targets: ["old"] }), refused("NODE_WRONG_PHASE", /old is retired/));
  assert.equal(plan({ goal: tool("ping"), targets: ["fresh"] }).steps.length, 1);
});

test("unfit nodes of a group or of all are left out and listed", () => {
  const made = plan({ goal: tool("load"), targets: ["all"] });
  assert.deepEqual(
    made.targets.map(({ node: name }) => name),
    ["n1", "n2", "n3", "unlabelled"],
  );
  assert.match(made.summary, /left out: fresh is armed.*; left out: old is retired/);
  assert.throws(
    () => plan({ goal: tool("load"), targets: ["group:attic"] }),
    refused("NODE_WRONG_PHASE", /cannot be used on any of them: fresh is armed/),
  );
});

test("an unknown name is refused with the list of known ones", () => {
  assert.throws(
    () => plan({ goal: tool("format_everything"), targets: ["n1"] }),
    refused("TOOL_NOT_FOUND", /no tool format_everything; known: accept, activity, address_release, arm,/),
  );
  assert.throws(
    () => plan({ goal: runbook("make-it-good"), targets: ["n1"] }),
    refused("RUNBOOK_NOT_FOUND", /no runbook make-it-good; known: .*failed-service/),
  );
  assert.throws(
    () => plan({ goal: tool("load"), targets: ["n9"] }),
    refused("NODE_NOT_FOUND", /no node n9; known: fresh, n1, n2, n3, old, unlabelled/),
  );
  assert.throws(
    () => plan({ goal: tool("load"), targets: ["group:moon"] }),
    refused("GROUP_NOT_FOUND", /no group moon .*known: attic, dev, prod/),
  );
  assert.throws(
    () => plan({ goal: tool("journal", { source: "n2" }), targets: ["n1"] }),
    refused("PARAMETER_INVALID", /no parameter source; known: unit, priority, since, lines/),
  );
  assert.throws(() => plan({ goal: tool("load") }), refused("PARAMETER_INVALID", /load needs nodes/));
});

test("a runbook's change waits for all earlier reads, and is left out if its parameter is false", () => {
  const looking = plan({ goal: runbook("failed-service", { unit: "ssh.service" }), targets: ["n1"] });
  assert.ok(looking.steps.every(({ risk }) => risk === "read"));
  const fixing = plan({ goal: runbook("failed-service", { unit: "ssh.service", restart: true }), targets: ["n1"] });
  const last = fixing.steps.at(-1);
  assert.equal(last?.tool, "service_restart");
  assert.deepEqual(
    last?.after,
    fixing.steps.slice(0, -1).map(({ id }) => id),
  );
});
