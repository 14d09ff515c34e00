/** An interrupted execution in a real browser: its steps, the check by a person, and the resumption. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { person, restartSsh } from "../../support/changes/changes.ts";
import { addNode } from "../../support/world.ts";
import { assertAccessible } from "../axe.ts";
import type { Mission } from "../mission.ts";
import { logIn, options, tour } from "../visit.ts";

const { visitor, mission } = tour();

/** The first of three steps is done, the second was cut off, and the third did not begin. */
function interrupted(world: Mission, ...names: [string, string, string]): string {
  for (const name of names) {
    const { id } = addNode(world, { phase: "ready", since: new Date().toISOString() }, name);
    world.registry.update(id, (was) => ({
      node: { ...was, address: `10.0.0.${world.nodes.list().length}` },
      event: { source: "control", type: "node.ready", summary: "made for a test" },
    }));
    world.groups.set(name, ["dev"]);
  }
  const { execution } = world.desk.propose(restartSsh(...names), person("anna"));
  const steps = (["succeeded", "unknown", "skipped"] as const).map((status, index) => ({ id: String(index + 1), status }));
  const id = execution?.id ?? assert.fail();
  world.desk.receive({ type: "executed", executionId: id, status: "unknown", steps, error: "the executor ended", interrupted: true });
  return id;
}

test("the page reports what was done, and resumes with the steps that are left", options, async (t) => {
  const world = await mission(t);
  const id = interrupted(world, "cut1", "cut2", "cut3");
  const page = await visitor().visit(`${world.url}#/executions/${id}`);
  await logIn(page, world.keys.create("bert", "operator", new Date()).secret);
  const report = page.getByRole("region", { name: "Interruption" });
  await report.waitFor();
  const said = await report.innerText();
  for (const part of ["Done: 1", "Cut off, may have taken effect: 2", "Not begun: 3"]) assert.ok(said.includes(part), said);
  await assertAccessible(page, "an interrupted execution");

  await report.getByLabel("I have checked the nodes").check();
  await report.getByLabel("Step 2 is done").check();
  await report.getByRole("button", { name: "Resume" }).click();
  await page.waitForURL((url) => url.hash.startsWith("#/executions/") && !url.hash.endsWith(id));
  const [work] = world.plans.resuming(id);
  assert.deepEqual(
    work?.plan.steps.map((step) => step.id),
    ["3"],
  );
});
