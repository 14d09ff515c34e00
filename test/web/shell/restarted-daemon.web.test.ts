/** The daemon is killed under an open page, one process or all: the page reports it and recovers without a reload. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Locator, Page } from "playwright-core";
import { withoutColours } from "../../../web/src/live/output/ansi.ts";
import { assertNotReloaded, mark, phaseOf } from "../visit.ts";
import { enterWhole, noWholeDaemon, withWholeDaemon } from "../whole-daemon.ts";

/** Three pieces of output. The second and the third wait for a file each. */
const playbook = (folder: string) => `
- hosts: worker_nodes
  gather_facts: false
  tasks:
${["first", "second", "third"]
  .map(
    (piece) => `
    - name: Wait for the ${piece}
      ansible.builtin.shell: until [ -e ${folder}/${piece} ]; do sleep 0.1; done
    - name: Write the ${piece}
      ansible.builtin.debug:
        msg: "{{ ['${piece} piece'] | product(range(100)) | map('join', ', line ') }}"
`,
  )
  .join("")}
`;

const whole = withWholeDaemon(playbook);
const letOn = (piece: string) => writeFileSync(join(whole.daemon.folder, piece), "");

test("after kill -9 of control and of the whole daemon, an open job continues without duplicate lines and the fleet is up to date", {
  skip: noWholeDaemon,
}, async () => {
  const machine = whole.daemon.machine("n1");
  const key = whole.daemon.key("operator");
  const api = whole.daemon.client(key);
  await api.addNode({ mac: machine.mac, name: "n1" });
  await api.armNode({ node: "n1" });
  await machine.installUpToPartition();
  await machine.finishInstall();
  assert.equal(await whole.daemon.callHome(machine), 202);

  const page = await enterWhole(whole.visitor, `${whole.daemon.url}#/jobs`, key);
  await page.locator(".job-row .job-name").first().click();
  await mark(page);
  const [job] = await api.listJobs({});
  assert(job);
  const log = page.locator(".log");
  letOn("first");
  await log.getByText("first piece, line 99").waitFor();

  whole.daemon.killChild("control");
  await page.getByText("Reconnecting", { exact: true }).waitFor();
  letOn("second");
  await page.getByText("Live", { exact: true }).waitFor();
  await log.getByText("second piece, line 99").waitFor();

  await whole.daemon.kill();
  await page.getByText("The daemon does not respond.").waitFor();
  assert.ok(await page.locator("main[data-stale]").isVisible());
  // Ansible continues without the daemon and ends before it is back.
  letOn("third");
  const written = join(whole.daemon.dataDir, "jobs", job.id, "output.log");
  while (!readFileSync(written, "utf8").includes("third piece, line 99")) await sleep(100);
  await whole.daemon.start();
  await page.getByText("Live", { exact: true }).waitFor();
  assert.equal(await page.locator("main[data-stale]").count(), 0);
  await page.getByText("complete", { exact: true }).waitFor();
  await page.getByText("Succeeded", { exact: true }).waitFor();

  const { text } = await api.jobOutput({ id: job.id });
  assert.deepEqual(await linesOf(page), text.split("\n").map(withoutColours));
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Fleet" }).click();
  await phaseOf(page, "n1", "ready").waitFor();
  await assertNotReloaded(page);
  assert.deepEqual(whole.visitor.troubles, []);
});

/** True if lines fill the visible area, except for its edge. */
const isDrawn = (box: Locator): Promise<boolean> =>
  box.evaluate((element) => {
    const view = element.getBoundingClientRect();
    const lines = [...element.querySelectorAll(".log-line")].map((line) => line.getBoundingClientRect());
    const edge = 40;
    return (
      Math.min(...lines.map(({ top }) => top)) <= view.top + edge && Math.max(...lines.map(({ bottom }) => bottom)) >= view.bottom - edge
    );
  });

/** All lines of the output. Only visible lines are drawn. */
async function linesOf(page: Page): Promise<string[]> {
  const lines = new Map<number, string>();
  const box = page.locator(".log");
  for (let top = 0; ; top += 400) {
    const end = await box.evaluate((element, to) => {
      element.scrollTop = to;
      return element.scrollHeight - element.clientHeight;
    }, top);
    while (!(await isDrawn(box))) await page.waitForTimeout(20);
    const seen = await page
      .locator(".log-line")
      .evaluateAll((found) => found.map((each) => [Number(each.getAttribute("data-line")), each.textContent] as const));
    for (const [number, line] of seen) lines.set(number, line);
    if (top >= end) break;
  }
  return [...lines].sort(([a], [b]) => a - b).map(([, line]) => line);
}
