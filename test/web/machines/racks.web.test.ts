/** The picture of racks in a real browser: arranged by mouse and by keyboard alone, kept by the daemon, true at once for everybody. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { addNode } from "../../support/world.ts";
import { assertAccessible } from "../axe.ts";
import type { Mission } from "../mission.ts";
import { at, options, tour } from "../visit.ts";

const { mission, enter } = tour();

function furnished(world: Mission): void {
  const n1 = addNode(world, { phase: "ready", since: at }, "n1");
  addNode(world, { phase: "install-failed", reason: "no disk", at }, "n2");
  addNode(world, { phase: "accepted" }, "n3");
  world.racks.save({ name: "A", kind: "rack", rows: 12, columns: 1 });
  world.racks.save({ name: "cellar", kind: "room", rows: 2, columns: 3 });
  world.racks.place({ nodeId: n1.id, rack: "A", row: 5, column: 1, height: 2 });
}

const machine = (page: Page, place: string, name: string) => page.getByRole("region", { name: place }).locator(`[data-machine="${name}"]`);
const placeOf = (world: Mission, name: string) => {
  const place = world.racks.places().find(({ nodeId }) => nodeId === world.nodes.findByName(name)?.id);
  return place && { rack: place.rack, row: place.row, column: place.column, height: place.height };
};

test("a machine is placed, moved and taken out with the keyboard alone", options, async (t) => {
  const world = await mission(t);
  furnished(world);
  const page = await enter(world, "operator", "#/rack");
  await machine(page, "In no rack", "n3").getByRole("button", { name: "Move n3" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("status").getByText("n3 is being moved.").waitFor();
  await page.getByRole("region", { name: "Move" }).getByLabel("Units").selectOption("2");
  await page.getByRole("button", { name: "Place n3 in A, units 11-12" }).focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.locator(":focus").getAttribute("aria-label"), "Place n3 in A, units 10-11");
  await page.keyboard.press("Enter");
  await machine(page, "rack A", "n3").waitFor();
  assert.deepEqual(placeOf(world, "n3"), { rack: "A", row: 10, column: 1, height: 2 });

  assert.equal(await page.locator(":focus").getAttribute("aria-label"), "Move n3");
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowRight");
  assert.match((await page.locator(":focus").getAttribute("aria-label")) ?? "", /^Place n3 in cellar, row 2, column 1/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await machine(page, "room cellar", "n3").waitFor();
  assert.deepEqual(placeOf(world, "n3"), { rack: "cellar", row: 2, column: 2, height: 1 });

  await machine(page, "room cellar", "n3").getByRole("button").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  assert.deepEqual(placeOf(world, "n3")?.rack, "cellar");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Delete");
  await machine(page, "In no rack", "n3").waitFor();
  assert.equal(placeOf(world, "n3"), undefined);
});

test("a machine is dragged into its rack, everybody sees it at once, and its page and the fleet's filter know it", options, async (t) => {
  const world = await mission(t);
  furnished(world);
  const other = await enter(world, "viewer", "#/rack");
  const page = await enter(world, "operator", "#/rack");
  await machine(page, "In no rack", "n2").dragTo(page.getByRole("region", { name: "rack A" }).locator(".slot").first());
  await machine(page, "rack A", "n2").waitFor();
  assert.deepEqual(placeOf(world, "n2"), { rack: "A", row: 12, column: 1, height: 1 });
  await machine(other, "rack A", "n2").waitFor();
  assert.equal(await other.getByRole("button", { name: "Move n2" }).getAttribute("aria-disabled"), "true");

  world.registry.update(world.nodes.findByName("n2")?.id ?? "", (was) => ({
    node: { ...was, state: { phase: "accepted" } },
    event: { source: "control", type: "node.accepted", summary: "as good as new" },
  }));
  await other.locator('[data-machine="n2"][data-phase="accepted"]').waitFor();

  await page.goto(`${world.url}#/nodes/n2`);
  await page.getByRole("link", { name: "A, unit 12" }).waitFor();
  await page.goto(`${world.url}#/`);
  await page.getByLabel("Rack").selectOption("A");
  await page.waitForURL(/\?rack=A$/);
  await page.locator('[data-node="n3"]').waitFor({ state: "detached" });
  assert.equal(await page.locator(".card").count(), 2);
});

test("a rack is added and removed; what the daemon refuses is said and changes nothing", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "accepted" }, "n1");
  const page = await enter(world, "operator", "#/rack");
  await page.getByText("No racks yet.").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("B");
  await page.getByLabel("Units").fill("4");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "rack B" }).waitFor();
  assert.equal(world.racks.find("B")?.rows, 4);

  // Until the page has heard of its own doing it would ask again, and see what comes next.
  await page.goto(`${world.url}#/`);
  await page.locator(".activity").getByText("the rack B was added").waitFor();
  await page.goto(`${world.url}#/rack`);
  await page.getByRole("button", { name: "Move n1" }).click();
  const somebody = addNode(world, { phase: "accepted" }, "n2");
  world.racks.place({ nodeId: somebody.id, rack: "B", row: 4, column: 1, height: 1 });
  await page.getByRole("button", { name: "Place n1 in B, unit 4" }).click();
  await page.getByRole("alert").getByText("n2 stands at unit 4 of B").waitFor();
  assert.equal(placeOf(world, "n1"), undefined);
});

test("the picture has no fault that axe knows, wide and narrow, light and dark; on a phone it is a list", options, async (t) => {
  const world = await mission(t);
  furnished(world);
  const page = await enter(world, "operator", "#/rack");
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await machine(page, "rack A", "n1").waitFor();
      await assertAccessible(page, `${width}, ${colorScheme}`);
    }
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, `${width} has no bar below`);
    assert.equal(await page.locator(".rack-rack .slot").first().isVisible(), width === 1440);
  }
  await page.getByRole("button", { name: "Move n3" }).click();
  await page.getByRole("button", { name: "Place n3 in cellar, row 2, column 3" }).click();
  await machine(page, "room cellar", "n3").waitFor();
});
