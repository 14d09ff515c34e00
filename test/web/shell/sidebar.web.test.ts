/** The sidebar and the drawer in a real browser: groups, keyboard, counts, and what the browser remembers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { areas } from "../../../web/src/shell/navigation/areas.ts";
import { newAlert } from "../../support/alerts.ts";
import { assertAccessible } from "../axe.ts";
import { assertNotReloaded, mark, options, tour } from "../visit.ts";

const { mission, enter } = tour();

const pagesOf = (page: Page) => page.getByRole("navigation", { name: "Pages" });
const widthOf = (page: Page) => page.locator(".sidebar").evaluate((sidebar) => sidebar.getBoundingClientRect().width);
const focused = (page: Page) => page.evaluate("document.activeElement.textContent");

for (const colorScheme of ["light", "dark"] as const) {
  test(`the sidebar, collapsed or not, and the drawer pass axe, ${colorScheme}`, options, async (t) => {
    const world = await mission(t);
    const page = await enter(world, "viewer");
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await assertAccessible(page, "expanded");
    await page.getByRole("button", { name: "Collapse the sidebar" }).click();
    await assertAccessible(page, "collapsed");
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("dialog", { name: "Menu" }).waitFor();
    await assertAccessible(page, "drawer");
  });
}

test("the sidebar lists every page under its area and marks the current one", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "viewer");
  for (const { name, links } of areas) {
    await pagesOf(page).getByRole("heading", { name, exact: true }).waitFor();
    const labels = await pagesOf(page).getByRole("list", { name, exact: true }).getByRole("link").allTextContents();
    assert.deepEqual(
      labels,
      links.map(({ label }) => label),
    );
  }
  await page.goto(`${world.url}#/executions`);
  await pagesOf(page).getByRole("link", { name: "Executions" }).and(page.locator('[aria-current="page"]')).waitFor();
  assert.equal(await pagesOf(page).locator("[aria-current]").count(), 1);
  await page.goto(`${world.url}#/nodes/n1`);
  await pagesOf(page).getByRole("link", { name: "Fleet" }).and(page.locator('[aria-current="true"]')).waitFor();
});

test("the keyboard reaches every page, and the focus moves to the content", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "viewer");
  await mark(page);
  await page.locator(".sidebar .brand").focus();
  const labels = areas.flatMap(({ links }) => links.map(({ label }) => label));
  for (const label of labels) {
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), label);
  }
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  assert.equal(await page.evaluate("document.activeElement.id"), "main");
  await assertNotReloaded(page);
});

test("the browser remembers a collapsed sidebar, and its links keep their names", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "viewer");
  const wide = await widthOf(page);
  await page.getByRole("button", { name: "Collapse the sidebar" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Expand the sidebar" }).waitFor();
  const narrow = await widthOf(page);
  assert.ok(narrow < wide / 2, `${narrow} of ${wide} pixels`);

  await page.reload();
  await page.getByText("Live", { exact: true }).waitFor();
  assert.equal(await widthOf(page), narrow);
  await pagesOf(page).getByRole("link", { name: "Trends" }).click();
  await page.waitForURL(/#\/trends$/);
  await page.getByRole("button", { name: "Expand the sidebar" }).click();
  assert.equal(await widthOf(page), wide);
});

test("a browser without storage shows the sidebar expanded and can collapse it", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "viewer");
  await page.addInitScript(`Object.defineProperty(window, "localStorage", { get() { throw new Error("storage is disabled"); } })`);
  await page.reload();
  await page.getByRole("button", { name: "Collapse the sidebar" }).click();
  await page.getByRole("button", { name: "Expand the sidebar" }).waitFor();
});

test("on a narrow screen the drawer keeps the focus, and Escape returns it to the button", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "viewer");
  await page.setViewportSize({ width: 390, height: 844 });
  assert.equal(await pagesOf(page).count(), 0, "the sidebar is hidden");
  const button = page.getByRole("button", { name: "Menu" });
  await button.focus();
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog", { name: "Menu" });
  await drawer.waitFor();
  assert.equal(await focused(page), "Fleet", "the current page has the focus");
  for (let times = 0; times < 20; times++) {
    await page.keyboard.press("Tab");
    const inside = await page.evaluate("document.activeElement === document.body || document.activeElement.closest('dialog') !== null");
    assert.ok(inside, `after ${times + 1} tabs`);
  }
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  assert.equal(await button.and(page.locator(":focus")).count(), 1);
});

test("the drawer closes when a page is chosen, when the pointer leaves it, and when the screen becomes wide", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "viewer");
  await page.setViewportSize({ width: 390, height: 844 });
  const button = page.getByRole("button", { name: "Menu" });
  const drawer = page.getByRole("dialog", { name: "Menu" });
  await button.click();
  await drawer.getByRole("link", { name: "Jobs" }).click();
  await drawer.waitFor({ state: "detached" });
  await page.waitForURL(/#\/jobs$/);
  assert.equal(await page.evaluate("document.activeElement.id"), "main");

  await button.click();
  await page.mouse.click(370, 400);
  await drawer.waitFor({ state: "detached" });

  await button.click();
  await page.setViewportSize({ width: 1200, height: 844 });
  await drawer.waitFor({ state: "detached" });
  await pagesOf(page).getByRole("link", { name: "Jobs" }).waitFor();
});

test("counts have words for screen readers, and a change is announced", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "operator");
  const announced = page.getByRole("status", { name: "Pending" });
  assert.equal(await announced.textContent(), "");
  const summary = "node failures: 1 within 15 min (n7: no disk)";
  world.alerts.raise(newAlert("node-failures", summary, "n7"), new Date().toISOString(), true);
  world.events.append({ source: "control", type: "alert.raised", summary, detail: { rule: "node-failures" } });
  await pagesOf(page).getByRole("link", { name: "Alerts 1 within the last hour" }).waitFor();
  await announced.getByText("1 alert within the last hour.").waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("button", { name: "Menu 1 alert within the last hour." }).waitFor();
});

test("the page is in its place before the data arrive: nothing shifts", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "viewer");
  await page.addInitScript(
    `window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; }).observe({ type: "layout-shift", buffered: true })`,
  );
  await page.reload();
  await page.getByText("Live", { exact: true }).waitFor();
  await page.getByText("No machine has asked to boot yet").waitFor();
  const moved = await page.evaluate(
    `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve({ shift: window.shift, left: document.querySelector(".frame-content").getBoundingClientRect().left }))))`,
  );
  const { shift, left } = moved as { shift: number; left: number };
  assert.equal(left, await widthOf(page));
  assert.ok(shift < 0.05, `shifted by ${shift}`);
});
