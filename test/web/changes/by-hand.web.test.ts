/** A manual action that another person must approve first, in a real browser: the page shows a request, not a failure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addNode } from "../../support/world.ts";
import { assertAccessible } from "../axe.ts";
import { at, options, tour } from "../visit.ts";

const { mission, enter } = tour();
const ready = { phase: "ready", since: at } as const;

test("an action on a node of prod waits, links to its request, and the approver reads what it does", options, async (t) => {
  const world = await mission(t);
  addNode(world, ready, "n1");
  world.groups.set("n1", ["prod"]);
  const page = await enter(world, "operator", "#/nodes/n1");
  await page.getByRole("button", { name: "Rescue n1" }).click();
  const notice = page.getByRole("alert").filter({ hasText: "Waiting for approval." });
  await notice.getByText("Nothing has changed yet.").waitFor();
  await assertAccessible(page, "waiting for approval");
  assert.equal(world.nodes.findByName("n1")?.state.phase, "ready");
  await notice.getByRole("link", { name: "Show the request" }).click();
  const [approval] = world.approvals.list(10);
  await page.waitForURL(new RegExp(`#/approvals/${approval?.id}$`));
  await page.getByText("You requested the plan.").waitFor();

  const approver = await enter(world, "operator", `#/approvals/${approval?.id}`);
  await approver.getByText("Boots a node into the rescue system").waitFor();
  await approver.getByRole("button", { name: /^Approve/ }).waitFor();
});

test("an action that the policy denies is a failure with its rule", options, async (t) => {
  const world = await mission(t);
  addNode(world, ready, "n1");
  world.groups.set("n1", ["prod"]);
  const page = await enter(world, "operator", "#/nodes/n1");
  await page.getByRole("button", { name: "Retire n1" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("n1");
  await dialog.getByRole("button", { name: /^Retire/ }).click();
  const problem = page.locator(".problem", { hasText: "denied by the rule delete-in-prod: retire, a delete in prod on n1; " });
  await problem.getByText("take it out of prod first").waitFor();
});

test("a bulk action counts the machines that wait apart from those that were refused", options, async (t) => {
  const world = await mission(t);
  for (const name of ["n1", "n2"]) addNode(world, ready, name);
  world.groups.set("n2", ["prod"]);
  const page = await enter(world, "operator", "#/?view=table");
  await page.getByLabel("Select all shown").check();
  await page.getByRole("button", { name: "Wake 2" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Wake" }).click();
  await dialog.getByText("Done: 1 of 2, 1 waiting for approval.").waitFor();
  const waiting = dialog.locator("[data-outcome=waits]");
  assert.equal(await waiting.locator("a").first().textContent(), "n2");
  await waiting.getByRole("link", { name: "Show the request" }).waitFor();
  assert.equal(await dialog.locator("[data-outcome=refused]").count(), 0);
});
