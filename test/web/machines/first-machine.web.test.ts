/** From power-on to ready in the browser alone: the whole daemon, a machine in its own namespace, the real Ansible, and only clicks. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { assertNotReloaded, card, mark, phaseOf } from "../visit.ts";
import { enterWhole, noWholeDaemon, withWholeDaemon } from "../whole-daemon.ts";

/** It waits for a file, so that a test can check or cancel it while it runs. */
const playbook = (folder: string) => `
- hosts: worker_nodes
  gather_facts: false
  tasks:
    - name: Wait to be let on
      ansible.builtin.shell: until [ -e ${folder}/go ]; do sleep 0.1; done
    - name: Say hello
      ansible.builtin.debug:
        msg: hello from {{ inventory_hostname }}
`;

const whole = withWholeDaemon(playbook);
const go = () => join(whole.daemon.folder, "go");

test("an unknown machine is accepted, armed, installed and configured, and its card becomes ready without a reload", {
  skip: noWholeDaemon,
}, async () => {
  const page = await enterWhole(whole.visitor, whole.daemon.url, whole.daemon.key("operator"));
  await page.getByText("No machine has asked to boot yet").waitFor();
  await mark(page);

  const machine = whole.daemon.machine("rack1-n1");
  const boot = machine.powerOn();
  const unknown = page.locator(".card", { has: page.locator("[data-phase=discovered]") });
  await unknown.getByText(machine.mac).waitFor();
  // By keyboard: the card of a booting machine moves, possibly in the middle of a click.
  await unknown.getByRole("link").first().press("Enter");
  await page.getByLabel("Name", { exact: true }).fill("rack1-n1");
  await page.getByRole("button", { name: "Accept", exact: true }).click();
  await page.getByRole("heading", { name: "rack1-n1", exact: true }).waitFor();
  const decision = page.getByRole("region", { name: "Next network boot" });
  await decision.getByText("The machine waits, shows its name, and repeats its boot request.").waitFor();
  await decision.locator("summary", { hasText: "Events of its last boot" }).press("Enter");
  await decision.getByText("undionly.kpxe").first().waitFor();

  await page.getByRole("button", { name: "Arm rack1-n1" }).click();
  const dialog = page.getByRole("dialog", { name: "Arm rack1-n1" });
  await dialog.getByLabel("Type rack1-n1 to confirm").fill("rack1-n1");
  await dialog.getByRole("button", { name: "Arm: erase the disk" }).click();
  await page.getByRole("button", { name: "Disarm rack1-n1" }).waitFor();
  assert.equal(await boot, "installer", "the machine waited and goes on by itself");
  await page.locator(".detail-head [data-phase=installing]").waitFor();
  await machine.tell("start");
  await machine.tell("partition");
  await page.locator(".timeline").getByText("partition").first().waitFor();

  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Fleet" }).click();
  await phaseOf(page, "rack1-n1", "installing").waitFor();
  await machine.finishInstall();
  assert.equal(await whole.daemon.callHome(machine), 202);
  await phaseOf(page, "rack1-n1", "configuring").waitFor();
  writeFileSync(go(), "");
  await phaseOf(page, "rack1-n1", "ready").waitFor();
  await assertNotReloaded(page);

  await card(page, "rack1-n1").getByRole("link").first().click();
  const journey = page.getByRole("region", { name: /Where the time went/ });
  await journey.locator("tbody th").first().waitFor();
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download boot packets" }).click();
  const capture = readFileSync(await (await coming).path());
  assert.ok(capture.includes(Buffer.from(machine.mac.replaceAll(":", ""), "hex")), "packets of this machine");
  assert.deepEqual(whole.visitor.troubles, []);
});

test("a run is cancelled and run again by clicks, and its output is Ansible's", { skip: noWholeDaemon }, async () => {
  rmSync(go(), { force: true });
  const page = await enterWhole(whole.visitor, `${whole.daemon.url}#/nodes/rack1-n1`, whole.daemon.key("operator"));
  await page.getByRole("button", { name: "Configure rack1-n1" }).click();
  await page.locator(".detail-head [data-phase=configuring]").waitFor();
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Jobs" }).click();
  await page.locator(".job-row", { hasText: "Running" }).locator(".job-name").click();
  const log = page.locator(".log");
  await log.getByText("TASK [Wait to be let on]").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Cancelled", { exact: true }).waitFor();

  writeFileSync(go(), "");
  const cancelled = page.url();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.waitForURL((url) => url.href !== cancelled);
  await page.getByText("Succeeded", { exact: true }).waitFor();
  await log.getByText("hello from rack1-n1").waitFor();
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Fleet" }).click();
  await phaseOf(page, "rack1-n1", "ready").waitFor();
  assert.deepEqual(whole.visitor.troubles, []);
});
