/** News and alerts in a real browser: reported once, to the right users, reachable by keyboard. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newAlert } from "../../support/alerts.ts";
import { addNode } from "../../support/world.ts";
import { assertAccessible } from "../axe.ts";
import { options, startJob, tour } from "../visit.ts";

const { mission, enter } = tour();

test("an acceptance by another person is news, an own one is not, and the list links to the machine", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "discovered" }, "n1");
  addNode(world, { phase: "discovered" }, "n2");
  const mine = await enter(world, "operator");
  const theirs = await enter(world, "operator");
  const toasts = mine.getByRole("region", { name: "News" });
  await mine.getByRole("button", { name: "Accept n1" }).click();
  await mine.locator('[data-node="n1"] [data-phase="accepted"]').waitFor();
  await theirs.getByRole("button", { name: "Accept n2" }).click();
  await toasts.getByText("n2: accepted by operator-2").waitFor();
  assert.equal(await toasts.getByText("n1").count(), 0);
  assert.equal(await toasts.getByRole("list").getAttribute("aria-live"), "polite");
  await assertAccessible(mine, "with a toast");

  await toasts.getByRole("button", { name: /^Dismiss: n2/ }).focus();
  await mine.keyboard.press("Escape");
  await toasts.getByText("n2: accepted").waitFor({ state: "detached" });
  await mine.getByRole("button", { name: "News 1 unread" }).focus();
  await mine.keyboard.press("Enter");
  const list = mine.getByRole("dialog", { name: "News" });
  await assertAccessible(mine, "the list");
  await list.getByRole("link", { name: "n2: accepted by operator-2" }).click();
  await mine.waitForURL(/#\/nodes\/n2$/);
  await mine.getByRole("button", { name: "News", exact: true }).waitFor();
});

test("many news are shown as three toasts and a number, and they stay while they have the focus", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "accepted" }, "n1");
  const jobId = startJob(world, node.id, "n1");
  const page = await enter(world, "viewer");
  await page.clock.install();
  for (let index = 0; index < 15; index++)
    world.events.append({ source: "control", type: "job.failed", summary: `<b>end ${index}</b>`, nodeId: node.id, jobId });
  const toasts = page.getByRole("region", { name: "News" });
  await page.clock.runFor(1000);
  await toasts.getByText("site.yml on n1: <b>end 14</b>").waitFor();
  assert.equal(await toasts.getByRole("listitem").count(), 3);
  await toasts.getByRole("button", { name: "12 more" }).waitFor();
  await toasts.getByRole("link").first().focus();
  await page.clock.runFor(30_000);
  assert.equal(await toasts.getByRole("listitem").count(), 3, "they have the focus");
  await page.getByRole("button", { name: "Log out" }).focus();
  await page.clock.runFor(9000);
  await toasts.getByRole("listitem").first().waitFor({ state: "detached" });
});

test("events during a lost connection are one line, not many toasts", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "accepted" }, "n1");
  const page = await enter(world, "viewer");
  await world.hangUp();
  await page.getByText("Reconnecting").waitFor();
  for (let index = 0; index < 5; index++)
    world.events.append({ source: "control", type: "node.armed", summary: `armed by bob: for the ${index}. time`, nodeId: node.id });
  await world.comeBack();
  const toasts = page.getByRole("region", { name: "News" });
  await toasts.getByText("5 things happened while the page was disconnected.").waitFor();
  assert.equal(await toasts.getByRole("listitem").count(), 1);
  await page.getByRole("button", { name: "News 6 unread" }).click();
  await page.getByRole("dialog").getByText("n1: armed by bob: for the 4. time").waitFor();
});

test("an alert is counted in the sidebar at once, with its machine and advice, and old ones are listed below", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "install-failed", reason: "no disk", at: new Date().toISOString() }, "n7");
  world.alerts.raise(newAlert("cost", "executions cost 7.00 USD within 24 h"), new Date(Date.now() - 7_200_000).toISOString(), false);
  const page = await enter(world, "viewer");
  const link = page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: /^Alerts/ });
  assert.equal(await link.textContent(), "Alerts");
  const summary = "node failures: 1 within 15 min (n7: no disk)";
  world.alerts.raise(newAlert("node-failures", summary, "n7"), new Date().toISOString(), true);
  world.events.append({ source: "control", type: "alert.raised", summary, detail: { rule: "node-failures" } });
  await page.getByRole("region", { name: "News" }).getByRole("link", { name: summary }).click();
  await page.getByRole("heading", { name: "1 alert within the last hour" }).waitFor();
  assert.equal(await link.textContent(), "Alerts 1 within the last hour");
  const firing = page.getByRole("list", { name: "Now" });
  await firing.getByText("What to do:").waitFor();
  await firing.getByText("waiting for the webhook").waitFor();
  assert.equal(await firing.getByRole("link", { name: "n7" }).getAttribute("href"), "#/nodes/n7");
  await page
    .getByRole("region", { name: /^Earlier/ })
    .getByText("executions cost 7.00 USD")
    .waitFor();
  await assertAccessible(page, "alerts");
});
