/** Runbooks in a real browser: searched, opened from an alert, and proposed by a person only. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newAlert } from "../../support/alerts.ts";
import { addNode } from "../../support/world.ts";
import { assertAccessible } from "../axe.ts";
import type { Mission } from "../mission.ts";
import { options, reasonOf, tour } from "../visit.ts";

const { mission, enter } = tour();

function ready(world: Mission, name: string, group: string): void {
  const { id } = addNode(world, { phase: "ready", since: new Date().toISOString() }, name);
  world.registry.update(id, (was) => ({
    node: { ...was, address: "10.0.0.7" },
    event: { source: "control", type: "node.ready", summary: "made for a test" },
  }));
  world.groups.set(name, [group]);
}

function raise(world: Mission, ...nodes: string[]): void {
  const summary = `node failures: 1 within 15 min (${nodes.join(", ")}: No space left on device)`;
  world.alerts.raise(newAlert("node-failures", summary, ...nodes), new Date().toISOString(), false);
}

test(
  "runbooks are searched by words and symptom, the address keeps the search, and an empty result explains itself",
  options,
  async (t) => {
    const world = await mission(t);
    const page = await enter(world, "viewer", "#/runbooks");
    await page.locator('[data-runbook="time-skew"]').waitFor();
    await page.getByRole("searchbox", { name: "Search" }).fill("disk full");
    await page.locator('[data-runbook="time-skew"]').waitFor({ state: "detached" });
    await page.locator('[data-runbook="full-disk"]').waitFor();
    await page.getByRole("searchbox", { name: "Search" }).fill("ghost");
    await page.getByText('No runbook matches the text "ghost"; known symptoms: ').waitFor();
    await assertAccessible(page, "nothing found");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("combobox", { name: "Symptom" }).selectOption("scaling_failure");
    await page.locator('[data-runbook="slow-node"]').waitFor({ state: "detached" });
    await page.locator('[data-runbook="missing-capacity"]').waitFor();
    assert.match(page.url(), /#\/runbooks\?symptom=scaling_failure$/);
    await assertAccessible(page, "found");
  },
);

test("the button of an alert opens the proposal with its nodes, and only the user sends it", options, async (t) => {
  const world = await mission(t);
  ready(world, "n7", "dev");
  raise(world, "n7");
  const page = await enter(world, "operator", "#/alerts");
  const firing = page.getByRole("list", { name: "Now" });
  await firing.getByText("Runbook:").waitFor();
  await assertAccessible(page, "an alert with a runbook");
  await firing.getByRole("button", { name: "Propose full-disk" }).click();
  await page.getByRole("heading", { name: "full-disk", exact: true }).waitFor();
  assert.equal(await page.getByLabel("Nodes").inputValue(), "n7");
  assert.match(await page.getByLabel("Reason").inputValue(), /^alert \d+$/);
  await page.getByRole("button", { name: "Preview the plan" }).click();
  await page.getByRole("table", { name: "Steps" }).getByText("df -PTh").first().waitFor();
  assert.equal(world.executions.list(10).length, 0, "nothing ran yet");
  await assertAccessible(page, "the proposal");
  await page.getByRole("button", { name: "Propose", exact: true }).click();
  await page.waitForURL(/#\/executions\//);
  const [execution] = world.executions.list(10);
  assert.deepEqual(world.plans.get(execution?.planId ?? "")?.plan.goal, {
    kind: "runbook",
    runbook: "full-disk",
    parameters: { path: "/var", clean: false },
  });
});

test("a proposal that changes a node in prod waits for approval, with the parameters of the form", options, async (t) => {
  const world = await mission(t);
  ready(world, "n8", "prod");
  const page = await enter(world, "operator", "#/runbooks/failed-service?on=n8");
  await page.getByLabel("The systemd unit").fill("ssh.service");
  await page.getByLabel("Restart it").check();
  await page.getByRole("button", { name: "Propose", exact: true }).click();
  await page.waitForURL(/#\/approvals\//);
  const [approval] = world.approvals.list(10);
  assert.deepEqual(world.plans.get(approval?.planId ?? "")?.plan.goal.parameters, { unit: "ssh.service", restart: true });
});

test("a viewer sees the runbook of an alert, and the button says why it cannot be used", options, async (t) => {
  const world = await mission(t);
  raise(world, "n7");
  const page = await enter(world, "viewer", "#/alerts");
  const button = page.getByRole("button", { name: "Propose full-disk" });
  await button.waitFor();
  assert.equal(await button.getAttribute("aria-disabled"), "true");
  assert.match(await reasonOf(page, button), /viewer/);
  await page.getByRole("link", { name: "full-disk" }).first().click();
  await page.getByRole("heading", { name: "full-disk", exact: true }).waitFor();
  await page.goto(`${world.url}#/runbooks/no-such`);
  await page.getByText("There is no runbook no-such.").waitFor();
});
