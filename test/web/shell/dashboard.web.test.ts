/** Mission Control in a real browser against the real API: the work of an operator. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addNode } from "../../support/world.ts";
import { assertNotReloaded, at, card, logIn, mark, options, phaseOf, reasonOf, startJob, tour } from "../visit.ts";

const { visitor, mission, enter } = tour();

test("a wrong key is refused with a message, a right one opens the page, and logout closes it", options, async (t) => {
  const world = await mission(t);
  const page = await visitor().visit(world.url);
  await logIn(page, "mk_wrong");
  assert.match((await page.getByRole("alert").textContent()) ?? "", /does not accept this API key.*muster key create/);

  await logIn(page, world.key("operator"));
  await page.getByText("No machine has asked to boot yet").waitFor();
  await page.reload();
  await page.getByText("No machine has asked to boot yet").waitFor(); // the cookie is enough

  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("API key").waitFor();
  await page.reload();
  await page.getByLabel("API key").waitFor();
});

test("a machine appears by itself and is accepted with one click", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world);
  await mark(page);
  const node = addNode(world, { phase: "discovered" }, "fresh");
  await phaseOf(page, "fresh", "discovered").waitFor();

  await page.getByRole("button", { name: "Accept fresh" }).click();
  await phaseOf(page, "fresh", "accepted").waitFor();
  assert.equal(world.nodes.findById(node.id)?.state.phase, "accepted");
  assert.equal(await page.locator(".tally[data-phase=accepted] .tally-number").textContent(), "1");
  await assertNotReloaded(page);
});

test("the focus follows a machine that changes its section", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "discovered" }, "fresh");
  const page = await enter(world);
  await page.getByRole("button", { name: "Accept fresh" }).focus();
  await page.keyboard.press("Enter");
  await phaseOf(page, "fresh", "accepted").waitFor();
  assert.equal(await page.evaluate("document.activeElement.textContent"), "fresh");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.textContent"), "Arm…");
});

test("texts from machines stay text", options, async (t) => {
  const world = await mission(t);
  const nasty = `<img src=x onerror="alert('run')"><script>alert("run")</script>`;
  const node = addNode(world, { phase: "install-failed", reason: nasty, at }, "nasty");
  world.registry.update(node.id, (was) => ({
    node: { ...was, facts: { product: nasty } },
    event: { source: "netboot", type: "boot.wait", summary: nasty, detail: { nasty } },
  }));
  const jobId = startJob(world, node.id, "nasty");
  world.outputs.set(jobId, `\x1b[31m${nasty}\x1b[0m\n`);
  const page = await enter(world);
  await card(page, "nasty").getByText(nasty).first().waitFor();

  await card(page, "nasty").getByRole("link", { name: "nasty" }).click();
  await page.locator(".timeline").getByText(nasty).first().waitFor();
  await page.locator(".facts").getByText(nasty).waitFor();
  await page.goto(`${world.url}#/jobs/${jobId}`);
  await page.locator(".log").getByText(nasty, { exact: true }).waitFor();
  assert.equal(await page.locator("main img, main script").count(), 0);
});

test("a viewer sees everything, and disabled buttons show the reason", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "discovered" }, "fresh");
  addNode(world, { phase: "ready", since: at }, "works");
  const page = await enter(world, "viewer");
  await page.getByText("Read only. Your key's role is viewer").waitFor();
  const accept = page.getByRole("button", { name: "Accept fresh" });
  assert.ok(await accept.isDisabled());
  assert.match(await reasonOf(page, accept), /role is viewer/);

  await page.goto(`${world.url}#/nodes/works`);
  for (const name of ["Configure works", "Arm works", "Wake works", "Retire works"])
    assert.ok(await page.getByRole("button", { name }).isDisabled(), name);
});

test("arming needs the typed name", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "ready", since: at }, "works");
  const page = await enter(world, "operator", "#/nodes/works");
  await page.getByRole("button", { name: "Arm works" }).click();
  const dialog = page.getByRole("dialog", { name: "Arm works" });
  const confirm = dialog.getByRole("button", { name: "Arm: erase the disk" });
  await dialog.getByLabel("Type works to confirm").fill("work");
  assert.ok(await confirm.isDisabled());
  await page.keyboard.press("Enter");
  assert.equal(world.nodes.findById(node.id)?.state.phase, "ready");

  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Arm works" }).click();
  await dialog.getByLabel("Install by").selectOption("image");
  await dialog.getByLabel("Type works to confirm").fill("works");
  await confirm.click();
  await page.getByRole("button", { name: "Disarm works" }).waitFor();
  const state = world.nodes.findById(node.id)?.state;
  assert(state?.phase === "armed");
  assert.equal(state.profile, "image");
});

test("an error of the daemon is shown next to the action", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "discovered" }, "fresh");
  addNode(world, { phase: "accepted" }, "taken");
  const page = await enter(world, "operator", "#/nodes/fresh");
  await page.getByLabel("Name", { exact: true }).fill("taken");
  await page.getByRole("button", { name: "Accept" }).click();
  assert.match((await page.getByRole("alert").textContent()) ?? "", /taken/);

  await page.getByLabel("Name", { exact: true }).fill("rack1-n01");
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("heading", { name: "rack1-n01" }).waitFor();
  await page.waitForURL(/#\/nodes\/rack1-n01$/);
  assert.equal(world.nodes.findById(node.id)?.name, "rack1-n01");
});

test("nothing is wider than a phone, in both colour schemes", options, async (t) => {
  const world = await mission(t);
  const longest = `n${"o".repeat(61)}n`;
  const node = addNode(world, { phase: "configure-failed", reason: "x".repeat(300), at }, longest);
  const id = startJob(world, node.id, longest);
  world.outputs.set(id, `${"wide".repeat(200)}\n`);
  const page = await enter(world);
  await page.setViewportSize({ width: 390, height: 844 });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const hash of ["#/", `#/nodes/${longest}`, "#/jobs", `#/jobs/${id}`]) {
      await page.goto(world.url + hash);
      await page
        .locator("main")
        .getByText(/^n?o+n?|site/)
        .first()
        .waitFor();
      assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), `${hash} ${colorScheme}`);
    }
  }
});
