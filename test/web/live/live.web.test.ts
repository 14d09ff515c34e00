/** Live updates of the page: timelines, output, and lost connections. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { addNode } from "../../support/world.ts";
import { assertNotReloaded, at, card, logIn, mark, options, startJob, tour } from "../visit.ts";

const { mission, enter } = tour();

test("the timeline of a node grows while its page is open", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "accepted" }, "works");
  const page = await enter(world, "viewer", "#/nodes/works");
  const timeline = page.locator(".timeline .event");
  await timeline.getByText("made for a test").waitFor();
  world.events.append({ source: "netboot", type: "dhcp.ack", summary: "given 10.0.0.41", nodeId: node.id });
  await timeline.getByText("given 10.0.0.41").waitFor();
  assert.match((await timeline.first().textContent()) ?? "", /given 10\.0\.0\.41/, "newest first");
});

test("job output streams in, and does not scroll if the user has scrolled up", options, async (t) => {
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
  const follow = page.getByRole("button", { name: "Follow" });
  await follow.waitFor();
  const height = async () => Number(await page.evaluate("document.querySelector('.log').scrollHeight"));
  const before = await height();
  write("written while reading\n");
  while ((await height()) === before) await setTimeout(50);
  assert.equal(await page.evaluate("document.querySelector('.log').scrollTop"), 100);
  await follow.click();
  await page.getByText("written while reading").waitFor();
  assert.ok(Number(await distance()) < 24);

  const job = world.jobs.find(id);
  assert(job);
  world.jobs.save({ ...job, status: "succeeded", endedAt: at, result: { summary: "configured" } });
  world.events.append({ source: "control", type: "job.succeeded", summary: "configured", nodeId: node.id, jobId: id });
  await page.getByText("Succeeded").waitFor();
  await page.getByText("complete", { exact: true }).waitFor();
});

test("after a lost connection the page catches up without a reload, and a job's output continues", options, async (t) => {
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

test("at the end of the session the page shows the login form", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "discovered" }, "fresh");
  const page = await enter(world);
  world.db.exec("DELETE FROM sessions");
  await page.getByRole("button", { name: "Accept fresh" }).click();
  await page.getByText("The session has ended").waitFor();
  await logIn(page, world.key("operator"));
  await card(page, "fresh").waitFor();
});
