/** A request to run a playbook that adds hosts becomes a question for two other people, and then a plan, but never a job. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makePlan } from "../../../../daemon/changes/plans/planner.ts";
import { catalogueOf } from "../../../../daemon/changes/tools/catalogue.ts";
import { catalogue, runbooks } from "../../../support/changes/changes.ts";
import { serve } from "../../../support/dhcp/served.ts";
import { addNode } from "../../../support/world.ts";

const addsHosts = ["localhost", "target"];
const adding = { name: "vm", does: "Makes a machine.", readOnly: false, sha256: "a".repeat(64), addsHosts };
const known = catalogueOf(catalogue.list(), () => ({ readOnly: false, content: adding.sha256, addsHosts }));

test("muster run of such a playbook waits for an operator and an admin, for one node, also as a preview", async (t) => {
  const { world, lab, request, key } = await serve(
    t,
    { playbooks: () => ({ playbooks: [adding], refused: [] }) },
    {
      plan: (proposal, field) => {
        const nodes = world.nodes.list().map(({ id, name, state }) => ({ id, name, phase: state.phase, groups: ["dev"] }));
        return makePlan(proposal, { catalogue: known, runbooks, nodes }, field);
      },
    },
  );
  for (const name of ["n1", "n2"]) addNode(world, { phase: "ready", since: "2026-01-01T00:00:00.000Z" }, name);
  const ask = async (body: object) =>
    request("/api/runs", { method: "POST", key: key("operator"), body: JSON.stringify({ playbook: "vm", ...body }) });
  for (const check of [true, false]) {
    const { status, text } = await ask({ nodes: ["n1"], check });
    assert.equal(status, 202, text);
    assert.match(text, /approv/i);
    const [approval] = world.approvals.list(10, "pending");
    assert.deepEqual(approval?.quorum, [
      { role: "operator", count: 1 },
      { role: "admin", count: 1 },
    ]);
    const { plan } = world.plans.existing(approval?.planId ?? "");
    assert.match(plan.steps[0]?.preview.text ?? "", /NOT LIMITED to its node.* localhost, target/);
    lab.desk.withdraw(approval?.id ?? "", { keyId: approval?.requesterKeyId ?? "", name: approval?.requestedBy ?? "", role: "operator" });
  }
  const several = await ask({ nodes: ["n1", "n2"] });
  assert.equal(several.status, 400);
  assert.match(several.text, /nodes: the playbook adds hosts itself and is not limited to its node; name one node/);
  assert.deepEqual(world.jobs.recent(10), []);
});
