/** Mission Control in a real browser, against the real API: what an operator sees and does. */
import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import type { Page } from "playwright-core";
import type { Role } from "../../daemon/contract/key.ts";
import type { NodeState } from "../../daemon/contract/node.ts";
import { addNode } from "../support/world.ts";
import { noBrowser, startBrowser, type Visitor } from "./browser.ts";
import { type Mission, startMission } from "./mission.ts";

const options = noBrowser === undefined ? {} : { skip: noBrowser };
if (noBrowser !== undefined) console.log(`skipped: ${noBrowser}`);

let visitor: Visitor;
before(async () => {
  if (noBrowser === undefined) visitor = await startBrowser();
});
after(async () => {
  await visitor?.close();
});

const at = "2026-01-02T03:04:05.000Z";

async function mission(t: TestContext): Promise<Mission> {
  const started = await startMission(visitor.pageRoot);
  t.after(() => visitor.leave());
  t.after(() => started.stop());
  t.after(() => assert.deepEqual(visitor.troubles.splice(0), []));
  return started;
}

async function logIn(page: Page, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function enter(world: Mission, role: Role = "operator", hash = ""): Promise<Page> {
  const page = await visitor.visit(world.url + hash);
  await logIn(page, world.key(role));
  await page.getByText("Live", { exact: true }).waitFor();
  return page;
}

const card = (page: Page, name: string) => page.locator(`[data-node="${name}"]`);
const phaseOf = (page: Page, name: string, phase: NodeState["phase"]) => card(page, name).locator(`[data-phase="${phase}"]`);

/** Survives everything but a reload. */
const mark = (page: Page) => page.evaluate("window.notReloaded = true");
const assertNotReloaded = async (page: Page) => assert.equal(await page.evaluate("window.notReloaded"), true);

function startJob(world: Mission, nodeId: string, nodeName: string): string {
  const id = `${nodeName}-job`;
  const job = { id, kind: "ansible", playbook: "site.yml", nodeId, nodeName, attempt: 1, requestedBy: "test", createdAt: at } as const;
  world.jobs.add({ ...job, status: "queued" });
  world.jobs.save({ ...job, status: "running", startedAt: at });
  world.events.append({ source: "control", type: "job.started", summary: "site.yml started", nodeId, jobId: id });
  return id;
}

test("a wrong key is refused in words, a right one opens the page, logging out closes it", options, async (t) => {
  const world = await mission(t);
  const page = await visitor.visit(world.url);
  await logIn(page, "mk_wrong");
  assert.match((await page.getByRole("alert").textContent()) ?? "", /does not know this key.*muster key create/);

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

test("who works by keyboard keeps their place when the machine changes section", options, async (t) => {
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

test("what machines say stays text", options, async (t) => {
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

test("a viewer sees everything, and why the buttons are not for them", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "discovered" }, "fresh");
  addNode(world, { phase: "ready", since: at }, "works");
  const page = await enter(world, "viewer");
  await page.getByText("Your key's role is viewer").waitFor();
  const accept = page.getByRole("button", { name: "Accept fresh" });
  assert.ok(await accept.isDisabled());
  assert.match((await accept.getAttribute("title")) ?? "", /role is viewer/);

  await page.goto(`${world.url}#/nodes/works`);
  for (const name of ["Configure works", "Arm works", "Wake works", "Retire works"])
    assert.ok(await page.getByRole("button", { name }).isDisabled(), name);
});

test("arming takes the name, typed", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "ready", since: at }, "works");
  const page = await enter(world, "operator", "#/nodes/works");
  await page.getByRole("button", { name: "Arm works" }).click();
  const dialog = page.getByRole("dialog", { name: "Arm works" });
  const confirm = dialog.getByRole("button", { name: "Arm: erase the disk" });
  await dialog.getByLabel("Type works to go on").fill("work");
  assert.ok(await confirm.isDisabled());
  await page.keyboard.press("Enter");
  assert.equal(world.nodes.findById(node.id)?.state.phase, "ready");

  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Arm works" }).click();
  await dialog.getByLabel("Install by").selectOption("image");
  await dialog.getByLabel("Type works to go on").fill("works");
  await confirm.click();
  await page.getByRole("button", { name: "Disarm works" }).waitFor();
  const state = world.nodes.findById(node.id)?.state;
  assert(state?.phase === "armed");
  assert.equal(state.profile, "image");
});

test("a refusal by the daemon is shown where it was asked for", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "discovered" }, "fresh");
  addNode(world, { phase: "accepted" }, "taken");
  const page = await enter(world, "operator", "#/nodes/fresh");
  await page.getByLabel("Name").fill("taken");
  await page.getByRole("button", { name: "Accept" }).click();
  assert.match((await page.getByRole("alert").textContent()) ?? "", /taken/);

  await page.getByLabel("Name").fill("rack1-n01");
  await page.getByRole("button", { name: "Accept" }).click();
  await page.getByRole("heading", { name: "rack1-n01" }).waitFor();
  await page.waitForURL(/#\/nodes\/rack1-n01$/);
  assert.equal(world.nodes.findById(node.id)?.name, "rack1-n01");
});

test("the timeline of a node grows while it is looked at", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "accepted" }, "works");
  const page = await enter(world, "viewer", "#/nodes/works");
  const timeline = page.locator(".timeline .event");
  await timeline.getByText("made for a test").waitFor();
  world.events.append({ source: "netboot", type: "dhcp.ack", summary: "given 10.0.0.41", nodeId: node.id });
  await timeline.getByText("given 10.0.0.41").waitFor();
  assert.match((await timeline.first().textContent()) ?? "", /given 10\.0\.0\.41/, "newest first");
});

test("job output streams in, and stays put for somebody who scrolled up", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "accepted" }, "works");
  const id = startJob(world, node.id, "works");
  const page = await enter(world, "viewer", "#/jobs");
  await page.getByRole("link", { name: "site.yml" }).click();
  await page.getByText("Nothing yet.").waitFor();
  const write = (text: string) => world.outputs.set(id, (world.outputs.get(id) ?? "") + text);

  write("\x1b[1mTASK [first]\x1b[0m\n");
  await page.getByText("TASK [first]", { exact: true }).waitFor();
  write(`${"a line\n".repeat(200)}last of many\n`);
  await page.getByText("last of many").waitFor();
  const distance = () =>
    page.evaluate("(({scrollHeight, clientHeight, scrollTop}) => scrollHeight - clientHeight - scrollTop)(document.querySelector('.log'))");
  assert.ok(Number(await distance()) < 24, "follows the end");

  await page.evaluate("document.querySelector('.log').scrollTop = 100");
  const follow = page.getByRole("button", { name: "Follow the end" });
  await follow.waitFor();
  write("written while reading\n");
  await page.getByText("written while reading").waitFor();
  assert.equal(await page.evaluate("document.querySelector('.log').scrollTop"), 100);
  await follow.click();
  assert.ok(Number(await distance()) < 24);

  const job = world.jobs.find(id);
  assert(job);
  world.jobs.save({ ...job, status: "succeeded", endedAt: at, result: { summary: "configured" } });
  world.events.append({ source: "control", type: "job.succeeded", summary: "configured", nodeId: node.id, jobId: id });
  await page.getByText("Succeeded").waitFor();
  await page.getByText("complete", { exact: true }).waitFor();
});

test("after a lost connection the page catches up without a reload, and a job's output goes on", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "accepted" }, "works");
  const id = startJob(world, node.id, "works");
  world.outputs.set(id, "before\n");
  const page = await enter(world, "operator", `#/jobs/${id}`);
  await mark(page);
  await page.getByText("before").waitFor();

  await world.hangUp();
  await page.getByText("Reconnecting").waitFor();
  world.outputs.set(id, "before\nmeanwhile\n");
  addNode(world, { phase: "discovered" }, "late");
  await world.comeBack();
  await page.getByText("Live", { exact: true }).waitFor();
  await page.locator(".log").getByText("meanwhile").waitFor();
  assert.equal(await page.locator(".log").getByText("before").count(), 1);
  await page.getByRole("link", { name: "Fleet" }).click();
  await card(page, "late").waitFor();
  await assertNotReloaded(page);
});

test("when the session has ended, the page asks to log in again", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "discovered" }, "fresh");
  const page = await enter(world);
  world.db.exec("DELETE FROM sessions");
  await page.getByRole("button", { name: "Accept fresh" }).click();
  await page.getByText("The session has ended").waitFor();
  await logIn(page, world.key("operator"));
  await card(page, "fresh").waitFor();
});

test("nothing is wider than a telephone, in either colour scheme", options, async (t) => {
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
