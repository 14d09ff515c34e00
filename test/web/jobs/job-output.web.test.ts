/** A job's output in a real browser: colours, folding, search, the first failure, a hundred megabytes, and running it again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addNode } from "../../support/world.ts";
import { assertAccessible } from "../axe.ts";
import { at, options, startJob, tour } from "../visit.ts";

const { mission, enter } = tour();

const run = [
  "PLAY [all] ***",
  "TASK [packages : Install] ***",
  "\x1b[0;32mok: [n1]\x1b[0m",
  "TASK [common : Clock] ***",
  "fatal: [n1]: FAILED! => no clock",
  "...ignoring",
  "TASK [common : Users] ***",
  ...Array.from({ length: 300 }, (_, index) => `line ${index} of the users`),
  "failed: [n1] (item=eve): FAILED! => no home",
  ...Array.from({ length: 300 }, (_, index) => `line ${index} of the end`),
  "",
].join("\n");

test("colours are text in spans, folding leaves the headings, and the first failure is one click away", options, async (t) => {
  const world = await mission(t);
  const id = startJob(world, addNode(world, { phase: "accepted" }, "n1").id, "n1");
  world.outputs.set(id, run);
  const page = await enter(world, "viewer", `#/jobs/${id}`);
  const log = page.locator(".log");
  await log.getByText("line 299 of the end").waitFor();
  await page.getByRole("button", { name: "First failure" }).click();
  await log.getByText("item=eve").waitFor();
  assert.match((await page.locator(".line-current").textContent()) ?? "", /failed: \[n1\] \(item=eve\)/);

  await page.getByRole("button", { name: "Fold tasks" }).click();
  await log.getByText("ok: [n1]").waitFor({ state: "detached" });
  assert.deepEqual(
    await log.locator(".log-line").allTextContents(),
    run.split("\n").filter((line) => /^(PLAY|TASK)/.test(line)),
  );
  await page.getByRole("button", { name: "Unfold line 2", exact: true }).click();
  assert.equal(await log.getByText("ok: [n1]").getAttribute("class"), "ansi-2");
  await page.getByRole("button", { name: "First failure" }).click();
  await log.getByText("item=eve").waitFor();
});

test("a search moves from match to match, into folded tasks too", options, async (t) => {
  const world = await mission(t);
  const id = startJob(world, addNode(world, { phase: "accepted" }, "n1").id, "n1");
  world.outputs.set(id, run);
  const page = await enter(world, "viewer", `#/jobs/${id}`);
  await page.locator(".log").getByText("line 299 of the end").waitFor();
  await page.getByRole("button", { name: "Fold tasks" }).click();
  await page.getByLabel("Search the output").fill("LINE 29");
  await page.getByText("22 lines").waitFor();
  const current = async () => page.locator(".line-current").textContent();
  await page.keyboard.press("Enter");
  await page.getByText("1 of 22 lines").waitFor();
  assert.equal(await current(), "line 29 of the users");
  await page.keyboard.press("Enter");
  await page.getByText("2 of 22 lines").waitFor();
  assert.equal(await current(), "line 290 of the users");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.press("Shift+Enter");
  await page.getByText("22 of 22 lines").waitFor();
  assert.equal(await current(), "line 299 of the end");
});

test("a hundred megabytes arrive completely, can be searched, and only visible lines are drawn", options, async (t) => {
  const world = await mission(t);
  const id = startJob(world, addNode(world, { phase: "accepted" }, "n1").id, "n1");
  const piece = `${"x".repeat(127)}\n`.repeat(8 * 1024);
  const output = `TASK [first] ***\n${piece.repeat(100)}the last of all\n`;
  world.outputs.set(id, output);
  const job = world.jobs.find(id);
  assert(job);
  world.jobs.save({ ...job, status: "succeeded", endedAt: at });
  const page = await enter(world, "viewer", `#/jobs/${id}`);
  await page.getByText("complete", { exact: true }).waitFor();
  await page.locator(".log").getByText("the last of all").waitFor();
  assert.equal(await page.locator(".log-line").last().getAttribute("data-line"), String(output.split("\n").length));
  assert.ok((await page.locator(".log-line").count()) < 200);
  await page.getByLabel("Search the output").fill("first");
  await page.getByText("1 lines").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".log").getByText("TASK [first] ***").waitFor();
});

test("output continues after a lost connection without lost or duplicate lines", options, async (t) => {
  const world = await mission(t);
  const id = startJob(world, addNode(world, { phase: "accepted" }, "n1").id, "n1");
  const page = await enter(world, "viewer", `#/jobs/${id}`);
  const write = (from: number, to: number) => {
    const lines = Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join("");
    world.outputs.set(id, (world.outputs.get(id) ?? "") + lines);
  };
  write(0, 500);
  await page.locator(".log").getByText("line 499", { exact: true }).waitFor();
  for (const round of [1, 2]) {
    await world.hangUp();
    write(round * 500, round * 500 + 500);
    await page.getByText("Reconnecting").waitFor();
    await world.comeBack();
    await page
      .locator(".log")
      .getByText(`line ${round * 500 + 499}`, { exact: true })
      .waitFor();
  }
  const shown = await page
    .locator(".log-line")
    .evaluateAll((found) => found.map((each) => `${each.getAttribute("data-line")} ${each.textContent}`));
  // The empty line after the last newline is one of them.
  for (const line of shown.slice(0, -1)) assert.match(line, /^(\d+) line (\d+)$/);
  for (const line of shown.slice(0, -1)) {
    const [number, , of] = line.split(" ").map(Number);
    assert.equal(number, (of ?? 0) + 1, line);
  }
  assert.match(shown.at(-1) ?? "", /^1501 /);
});

test("a finished job is run again in the same way, and its page opens", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "ready", since: at }, "n1");
  const id = startJob(world, node.id, "n1", { playbook: "playbooks/upgrade.yaml", purpose: "preview" });
  const job = world.jobs.find(id);
  assert(job);
  world.jobs.save({ ...job, status: "failed", endedAt: at });
  const page = await enter(world, "operator", `#/jobs/${id}`);
  await page.getByRole("button", { name: "Preview again" }).click();
  await page.waitForURL(/#\/jobs\/n1-upgrade-preview$/);
  assert.equal(world.jobs.find("n1-upgrade-preview")?.purpose, "preview");
});

test("a preview shows the changes of each task as text, with a link to the line of the output", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, { phase: "ready", since: at }, "n1");
  const id = startJob(world, node.id, "n1", { playbook: "playbooks/upgrade.yaml", purpose: "preview" });
  const filling = Array.from({ length: 400 }, (_, index) => `line ${index}`).join("\n");
  world.outputs.set(
    id,
    `PLAY [all] ***\n${filling}\nTASK [common : Clock] ***\n--- before: /etc/chrony.conf\n+++ after: chrony.conf.j2\n@@ -1 +1 @@\n-pool old\n+pool <img src=x onerror=alert(1)>\n\nchanged: [n1]\n${filling}\n`,
  );
  const job = world.jobs.find(id) ?? assert.fail();
  const preview = { tasks: 9, previewed: 7, changes: ["common : Clock"], unknown: ["reboot", "restart"] };
  world.jobs.save({ ...job, status: "succeeded", endedAt: at, result: { summary: "nothing was changed", preview } });
  const page = await enter(world, "viewer", `#/jobs/${id}`);
  await page.getByRole("button", { name: "Changes" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\?show=changes$/);
  await page.getByText("7 of 9 tasks (78 %) could be previewed, 1 would change something.").waitFor();
  assert.equal(await page.locator(".diff-comes").textContent(), "+pool <img src=x onerror=alert(1)>\n");
  assert.equal(await page.locator(".diff-goes").textContent(), "-pool old\n");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await assertAccessible(page, `the differences, ${colorScheme}`);
  }
  await page.getByRole("button", { name: "Show in the output" }).press("Enter");
  await page.waitForURL(/\?line=402$/);
  await page.locator(".line-current", { hasText: "TASK [common : Clock]" }).waitFor();
});

test("the nodes of one run are in a table, failures first, each with a link to its output", options, async (t) => {
  const world = await mission(t);
  for (const name of ["n1", "n2", "n3"]) {
    const id = startJob(world, addNode(world, { phase: "ready", since: at }, name).id, name);
    const job = { ...(world.jobs.find(id) ?? assert.fail()), run: "n1-job/1", endedAt: at };
    const recap = { ok: 5, changed: 2, unreachable: 0, failures: 1, skipped: 0, rescued: 0, ignored: 0 };
    const failedTask = { name: "common : Users", message: "<b>no home</b>\nmore" };
    if (name === "n3") world.jobs.save({ ...job, status: "failed", result: { summary: "a task failed", recap, failedTask } });
    else world.jobs.save({ ...job, status: "succeeded", result: { summary: "all is done", recap: { ...recap, failures: 0 } } });
    world.outputs.set(id, `the output of ${name}\n`);
  }
  const page = await enter(world, "viewer", "#/jobs/n1-job");
  const rows = page.getByRole("region", { name: /^Nodes of this run/ }).locator("tbody tr");
  await page.getByText("common : Users: <b>no home</b>").waitFor();
  assert.deepEqual(await rows.locator("td:first-child").allTextContents(), ["n3", "n1", "n2"]);
  await assertAccessible(page, "a wave");
  await page.getByRole("link", { name: "Output of n3" }).press("Enter");
  await page.waitForURL(/#\/jobs\/n3-job$/);
  await page.locator(".log").getByText("the output of n3").waitFor();
});
