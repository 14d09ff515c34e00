/** The fleet as a table in a real browser: address, keyboard and bulk actions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addNode } from "../../support/world.ts";
import { at, options, phaseOf, reasonOf, tour } from "../visit.ts";

const { mission, enter } = tour();
const ready = { phase: "ready", since: at } as const;

test("search, phase, group and order are in the address, and a reload restores the view", options, async (t) => {
  const world = await mission(t);
  for (const name of ["n1", "n2", "n3"]) addNode(world, ready, name);
  addNode(world, { phase: "discovered" }, "fresh");
  const page = await enter(world);
  const names = () => page.locator(".row-name").allTextContents();
  await page.getByRole("button", { name: "Table" }).click();
  await page.locator("tr", { hasText: "n1" }).getByText("controller").waitFor();
  assert.deepEqual(await names(), ["fresh", "n1", "n2", "n3"]);

  await page.getByRole("button", { name: "Name" }).click();
  await page.getByRole("button", { name: "Name" }).click();
  assert.deepEqual(await names(), ["n3", "n2", "n1", "fresh"]);
  assert.equal(await page.locator("th.col-name[aria-sort]").getAttribute("aria-sort"), "descending");
  await page.getByLabel("Group of the inventory").selectOption("rack_1");
  await page.locator(".row-name").nth(2).waitFor({ state: "detached" });
  assert.deepEqual(await names(), ["n2", "n1"]);
  await page.getByLabel(/^Filter by/).pressSequentially("n2");
  await page.locator(".row-name").nth(1).waitFor({ state: "detached" });
  assert.match(page.url(), /#\/\?q=n2&group=rack_1&view=table&sort=-name$/);

  await page.reload();
  await page.locator(".row-name").first().waitFor();
  await page.locator(".row-name").nth(1).waitFor({ state: "detached" });
  assert.deepEqual(await names(), ["n2"]);
  assert.equal(await page.getByLabel(/^Filter by/).inputValue(), "n2");
});

test("the keyboard alone moves over the rows, selects some and opens one", options, async (t) => {
  const world = await mission(t);
  for (const name of ["n1", "n2", "n3"]) addNode(world, ready, name);
  const page = await enter(world, "operator", "#/?view=table&sort=name");
  await page.locator(".row-name").first().focus();
  const focused = () => page.evaluate("document.activeElement.textContent");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(), "n2");
  await page.keyboard.press("x");
  await page.keyboard.press("End");
  assert.equal(await focused(), "n3");
  await page.keyboard.press("x");
  await page.getByText("2 selected").waitFor();
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  assert.equal(await focused(), "n1");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "n1", exact: true }).waitFor();
});

test("arming many machines shows each disk to erase and the machines left out, and needs a typed confirmation", options, async (t) => {
  const world = await mission(t);
  const nodes = ["n1", "n2"].map((name) => addNode(world, ready, name));
  addNode(world, { phase: "discovered" }, "fresh");
  const page = await enter(world, "operator", "#/?view=table");
  await page.getByLabel("Select all shown").check();
  await page.getByRole("button", { name: "Arm… 2" }).click();
  const dialog = page.getByRole("dialog", { name: "Arm 2 of 3 selected" });
  const warnings = dialog.getByText("overwrites its first fixed disk, and it is in use: ready");
  await warnings.nth(1).waitFor();
  assert.equal(await warnings.count(), 2);
  await dialog.getByText("1 left out").click();
  await dialog.getByText("is discovered").waitFor();

  const confirm = dialog.getByRole("button", { name: "Arm: erase 2 disks" });
  await dialog.getByLabel("Type erase 2 to confirm").fill("erase 3");
  assert.ok(await confirm.isDisabled());
  await page.keyboard.press("Enter");
  assert.ok(nodes.every(({ id }) => world.nodes.findById(id)?.state.phase === "ready"));
  await dialog.getByLabel("Type erase 2 to confirm").fill("erase 2");
  await confirm.click();
  await dialog.getByText("Done: 2 of 2").waitFor();
  assert.ok(nodes.every(({ id }) => world.nodes.findById(id)?.state.phase === "armed"));
  await dialog.getByRole("button", { name: "Close" }).click();
  await phaseOf(page, "n2", "armed").waitFor();
});

test("many machines are accepted, and a refusal is shown next to its machine", options, async (t) => {
  const world = await mission(t);
  const [first, second] = ["a", "b"].map((name) => addNode(world, { phase: "discovered" }, name));
  assert(first && second);
  const page = await enter(world, "operator", "#/?view=table");
  await page.getByLabel("Select all shown").check();
  await page.getByRole("button", { name: "Accept 2" }).click();
  // Another operator accepts one of them first.
  world.registry.update(first.id, (was) => ({
    node: { ...was, state: { phase: "accepted" } },
    event: { source: "control", type: "node.accepted", summary: "accepted by another operator" },
  }));
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Accept" }).click();
  await dialog.getByText("Done: 1 of 2, 1 refused.").waitFor();
  assert.equal(await dialog.locator("[data-outcome=refused] a").textContent(), "a");
  assert.equal(world.nodes.findById(second.id)?.state.phase, "accepted");
});

test("a playbook runs on the selected machines, by default as a preview", options, async (t) => {
  const world = await mission(t);
  for (const name of ["n1", "n2"]) addNode(world, ready, name);
  const page = await enter(world, "operator", "#/?view=table");
  await page.getByLabel("Select all shown").check();
  await page.getByRole("button", { name: "Run… 2" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Playbook").selectOption("upgrade");
  await dialog.getByText("Installs Debian updates.").waitFor();
  assert.ok(await dialog.getByLabel(/Preview only/).isChecked());
  await dialog.getByRole("button", { name: "Run" }).click();
  await dialog.getByRole("link", { name: "Show the jobs" }).click();
  await page.locator(".job-row").nth(1).waitFor();
  for (const name of ["n1", "n2"]) assert.equal(world.jobs.find(`${name}-upgrade-preview`)?.status, "queued");
});

test("a playbook runs with its tags and its variables, and a wrong value is named before the run", options, async (t) => {
  const world = await mission(t);
  addNode(world, ready, "n1");
  const page = await enter(world, "operator", "#/?view=table");
  await page.getByLabel("Select n1").check();
  await page.getByRole("button", { name: "Run… 1" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Playbook").selectOption("deploy");
  await dialog.getByLabel("Only tasks with these tags").fill("app");
  await dialog.getByLabel("release").fill("4.20");
  await dialog.getByLabel("count").fill("three");
  await dialog.getByText("count: this is no JSON value").waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Run" }).isDisabled());
  await dialog.getByLabel("count").fill("3");
  await dialog.getByLabel("drain").selectOption("false");
  await dialog.getByText("the executor adds the secret deploy_token").waitFor();
  await dialog.getByRole("button", { name: "Run" }).click();
  await dialog.getByRole("link", { name: "Show the jobs" }).click();
  await page.locator(".job-row").first().waitFor();
  const job = world.jobs.find("n1-deploy-preview");
  assert.deepEqual(job?.options, { tags: ["app"], variables: { release: "4.20", count: 3, drain: false } });
});

test("a viewer sees the table, and disabled controls show the reason", options, async (t) => {
  const world = await mission(t);
  addNode(world, ready, "n1");
  const page = await enter(world, "viewer", "#/?view=table");
  await page.getByLabel("Select n1").check();
  const arm = page.getByRole("button", { name: /^Arm/ });
  assert.ok(await arm.isDisabled());
  assert.match(await reasonOf(page, arm), /role is viewer/);
  assert.match((await page.getByLabel("Group of the inventory").getAttribute("title")) ?? "", /role is viewer/);
});

test("three hundred machines that change repeatedly end up on the page as in the database", options, async (t) => {
  const world = await mission(t);
  const ids = Array.from({ length: 300 }, (_, index) => addNode(world, { phase: "accepted" }, `storm-${index}`).id);
  const page = await enter(world, "viewer", "#/?view=table&sort=name");
  await page.locator(".row-name").nth(299).waitFor();
  for (let round = 0; round < 5; round++) {
    for (const [index, id] of ids.entries())
      world.registry.update(id, (was) => ({
        node: { ...was, state: (index + round) % 2 === 0 ? ready : { phase: "configure-failed", reason: "storm", at } },
        event: { source: "control", type: "node.changed", summary: `round ${round}` },
      }));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await page.locator(".last-summary", { hasText: "round 4" }).nth(299).waitFor();
  const shown = await page
    .locator("tr[data-node] [data-phase]")
    .evaluateAll((found) => found.map((each) => each.getAttribute("data-phase")));
  const names = await page.locator(".row-name").allTextContents();
  const phases = new Map(world.nodes.list().map(({ name, state }) => [name, state.phase]));
  assert.deepEqual(
    shown,
    names.map((name) => phases.get(name)),
  );
});

test("a machine that changes its place leaves the other rows, its focus and its role in place", options, async (t) => {
  const world = await mission(t);
  const ids = Array.from({ length: 120 }, (_, index) => addNode(world, ready, `n${index}`).id);
  const page = await enter(world, "operator", "#/?view=table&sort=phase");
  await page.locator(".row-name").nth(119).waitFor();
  await page.evaluate("document.querySelectorAll('tr[data-id]').forEach((row) => { row.dataset.old = 'yes'; })");
  await page.getByRole("link", { name: "n110", exact: true }).focus();
  for (const [index, id] of [ids[110], ids[50]].entries())
    world.registry.update(id ?? "", (was) => ({
      node: { ...was, state: { phase: "configure-failed", reason: "moved", at } },
      event: { source: "control", type: "node.changed", summary: `move ${index}` },
    }));
  await page.locator("tr[data-id]").first().getByText("n50").waitFor();
  await page.locator("tr[data-id]").nth(1).getByText("n110").waitFor();
  assert.equal(await page.locator("tr[data-old]").count(), 118);
  assert.equal(await page.evaluate("document.activeElement.textContent"), "n110");
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.evaluate("document.activeElement.textContent"), "n50");

  // The tree for screen readers, which does not follow from the tags alone when a style changes the display of a table.
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const count = (role: string) => nodes.filter((each) => !each.ignored && each.role?.value === role).length;
  const roles = { table: 1, row: 121, columnheader: 9, rowheader: 120, cell: 960 };
  assert.deepEqual(Object.fromEntries(Object.keys(roles).map((role) => [role, count(role)])), roles);
});

test("texts from machines stay text in the table, the dialogs and the palette", options, async (t) => {
  const world = await mission(t);
  const nasty = `<img src=x onerror="alert('run')">`;
  const node = addNode(world, { phase: "install-failed", reason: nasty, at }, "nasty");
  world.registry.update(node.id, (was) => ({
    node: { ...was, facts: { product: nasty, serial: nasty } },
    event: { source: "netboot", type: "boot.wait", summary: nasty },
  }));
  const page = await enter(world, "operator", "#/?view=table");
  await page.locator(".col-hardware", { hasText: nasty }).waitFor();
  await page.locator(".col-event", { hasText: nasty }).waitFor();
  await page.getByLabel("Select nasty").check();
  await page.getByRole("button", { name: /^Accept/ }).waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("onerror");
  await page.getByRole("option").getByText(nasty).waitFor();
  assert.equal(await page.locator("main img, dialog img").count(), 0);
});
