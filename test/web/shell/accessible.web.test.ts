/** All pages are checked against WCAG 2.2 AA in both colour schemes. Shortcuts work on all pages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addNode } from "../../support/world.ts";
import { assertAccessible } from "../axe.ts";
import type { Mission } from "../mission.ts";
import { at, options, startJob, tour } from "../visit.ts";

const { visitor, mission, enter } = tour();

function inhabited(world: Mission): string {
  const ready = addNode(world, { phase: "ready", since: at }, "n1");
  addNode(world, { phase: "discovered" }, "fresh");
  addNode(world, { phase: "install-failed", reason: "no disk", at }, "n2");
  addNode(world, { phase: "armed", profile: "image", until: new Date(Date.now() + 60_000).toISOString() }, "n3");
  for (const type of ["node.armed", "install.handed-out", "install.start", "node.called-home", "node.configuring", "node.ready"])
    world.events.append({ source: "control", type, summary: type, nodeId: ready.id });
  const id = startJob(world, ready.id, "n1");
  world.outputs.set(id, "PLAY [all] ***\n\nTASK [a] ***\n\x1b[32mok: [n1]\x1b[0m\nfatal: [n1]: no\nskipping: [n1]\n");
  return id;
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page passes axe, ${colorScheme}`, options, async (t) => {
    const world = await mission(t);
    const id = inhabited(world);
    const page = await visitor().visit(world.url);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.getByLabel("API key").waitFor();
    await assertAccessible(page, "login");
    await page.getByLabel("API key").fill(world.key("operator"));
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("Live", { exact: true }).waitFor();
    const places: [hash: string, text: string][] = [
      ["#/", "needs attention"],
      ["#/?view=table", "controller"],
      ["#/nodes/n1", "The machine boots its own disk."],
      ["#/nodes/fresh", "fresh"],
      ["#/jobs", "requested by test"],
      [`#/jobs/${id}`, "TASK [a]"],
      ["#/network", "Your LAN is safe"],
      ["#/trends", "network boot and"],
      ["#/runbooks", "More load does not reach an added node"],
      ["#/runbooks/high-cpu", "The suspected service"],
      ["#/alerts", "No alert within the last hour"],
      ["#/nowhere", "There is no such page."],
    ];
    for (const [hash, text] of places) {
      await page.goto(world.url + hash);
      await page.locator("main").getByText(text).first().waitFor();
      await assertAccessible(page, hash);
    }
    await page.goto(`${world.url}#/jobs/${id}`);
    await page.getByRole("button", { name: "Fold tasks" }).click();
    await page.locator(".log").getByText("ok: [n1]").waitFor({ state: "detached" });
    await assertAccessible(page, "folded output");
    await page.goto(`${world.url}#/nodes/n1`);
    await page.getByRole("button", { name: "Wipe n1" }).click();
    await page.getByRole("dialog", { name: "Wipe n1" }).waitFor();
    await assertAccessible(page, "a dialog");
  });
}

test("an empty fleet passes axe", options, async (t) => {
  const page = await enter(await mission(t), "viewer");
  await page.getByText("No machine has asked to boot yet").waitFor();
  await assertAccessible(page, "empty");
});

test("Ctrl+K reaches any page with a few letters, and its dialog passes axe", options, async (t) => {
  const world = await mission(t);
  inhabited(world);
  const page = await enter(world, "viewer");
  await page.getByText("needs attention").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Go to" }).waitFor();
  await page.keyboard.type("n1");
  await page.getByRole("option", { name: /^n1/ }).waitFor();
  await assertAccessible(page, "palette");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#\/jobs\/n1-job$/);

  await page.keyboard.press("Control+/");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Control+k");
  assert.equal(await page.getByRole("dialog").count(), 1, "one at a time");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("with reduced motion nothing is animated", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "called-home", at, deadline: new Date(Date.now() + 60_000).toISOString() }, "n1");
  const page = await enter(world, "viewer");
  await page.emulateMedia({ reducedMotion: "reduce" });
  world.events.append({ source: "control", type: "node.changed", summary: "it moves", nodeId: node.id });
  await page.locator(".last-summary", { hasText: "it moves" }).waitFor();
  assert.equal(await page.evaluate("document.getAnimations().length"), 0);
});

test("a lost connection is reported, and the content is marked as stale until it is back", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "accepted" }, "n1");
  const page = await enter(world, "viewer");
  await world.hangUp();
  await page.getByText("The daemon does not respond.").waitFor();
  await page.locator("main[data-stale]").waitFor();
  await world.comeBack();
  await page.locator("main[data-stale]").waitFor({ state: "detached" });
  await page.getByText("The daemon does not respond.").waitFor({ state: "detached" });
});

test("the trends are plotted and described in words", options, async (t) => {
  const world = await mission(t);
  inhabited(world);
  const page = await enter(world, "viewer");
  await page.getByRole("link", { name: "Trends" }).click();
  await page
    .getByText(/1 machine became ready/)
    .last()
    .waitFor();
  await page.locator("canvas").nth(1).waitFor();
  assert.equal(await page.title(), "Trends · Muster");
});
