/** The page of one machine in a real browser: journey, boot decision, inventory and actions. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { addNode } from "../../support/world.ts";
import { at, options, phaseOf, tour } from "../visit.ts";

const { mission, enter } = tour();
const ready = { phase: "ready", since: at } as const;

test("the journey is a picture of steps, with the medians of peers", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, ready, "n2");
  const peer = addNode(world, ready, "n3");
  for (const { id } of [peer, node])
    for (const type of ["node.armed", "install.handed-out", "install.start", "node.called-home", "node.configuring", "node.ready"])
      world.events.append({ source: "control", type, summary: type, nodeId: id });
  const page = await enter(world, "viewer", "#/nodes/n2");
  const journey = page.getByRole("region", { name: /Where the time went/ });
  await journey.getByText("peers 0 s").first().waitFor();
  assert.deepEqual(await journey.locator("tbody th").allTextContents(), [
    "loading the installer",
    "preparing",
    "waiting for configuration",
    "configuring",
  ]);
});

test("the boot decision is described in words, and a problem has advice", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "accepted" }, "n2");
  const page = await enter(world, "viewer", "#/nodes/n2");
  const decision = page.getByRole("region", { name: "Next network boot" });
  await decision.getByText("The machine boots its own disk. it is accepted and not armed").waitFor();
  await decision.getByText("it never asked for its script").waitFor();
  await decision.getByText("The DHCP answer and its rules").click();
  await decision.getByText("ipxe.efi from 10.0.0.2").waitFor();
});

test("a wipe takes the name and says what it erases; until a boot uses it, it can be taken back", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, ready, "n2");
  const page = await enter(world, "operator", "#/nodes/n2");
  await page.getByRole("button", { name: "Wipe n2" }).click();
  const dialog = page.getByRole("dialog", { name: "Wipe n2" });
  const confirm = dialog.getByRole("button", { name: "Wipe: erase permanently" });
  assert.ok(await confirm.isDisabled());
  await dialog.getByLabel("Disks").selectOption("all");
  await dialog.getByLabel(/^Quick/).check();
  await dialog.getByLabel("Type n2 to confirm").fill("n2");
  await confirm.click();
  await page.locator(".detail-head [data-phase=wiping]").waitFor();
  const state = world.nodes.findById(node.id)?.state;
  assert(state?.phase === "wiping");
  assert.deepEqual([state.disks, state.quick], ["all", true]);
  await page.getByRole("button", { name: "Disarm n2" }).click();
  await page.locator(".detail-head [data-phase=ready]").waitFor();
});

test("a machine goes to rescue and back", options, async (t) => {
  const world = await mission(t);
  addNode(world, ready, "n2");
  const page = await enter(world, "operator", "#/nodes/n2");
  await page.getByRole("button", { name: "Rescue n2" }).click();
  await page.locator(".detail-head [data-phase=rescue]").waitFor();
  await page.getByRole("button", { name: "End rescue n2" }).click();
  await page.locator(".detail-head [data-phase=ready]").waitFor();
});

test("groups and variables are changed in the inventory file itself", options, async (t) => {
  const world = await mission(t);
  addNode(world, ready, "n2");
  const page = await enter(world, "operator", "#/nodes/n2");
  const panel = page.getByRole("region", { name: "Inventory" });
  await panel.getByText("Role: worker, groups:").waitFor();
  await panel.getByLabel("Join a group").fill("fast");
  await panel.getByRole("button", { name: "Join" }).click();
  await panel.getByRole("button", { name: "Remove n2 from fast" }).waitFor();
  await panel.getByRole("button", { name: "Remove n2 from rack_1" }).click();
  await panel.getByRole("button", { name: "Remove n2 from rack_1" }).waitFor({ state: "detached" });
  await panel.getByRole("textbox", { name: "Variable", exact: true }).fill("slots");
  await panel.getByLabel("Value of the variable").fill("3");
  await panel.getByRole("button", { name: "Set" }).click();
  await panel.getByText("slots").waitFor();
  assert.match(await readFile(world.inventory.file.path, "utf8"), /slots: 3/);

  await panel.getByLabel("Join a group").fill("Not A Group");
  await panel.getByRole("button", { name: "Join" }).click();
  assert.match((await panel.getByRole("alert").textContent()) ?? "", /is not a group name/);
});

test("its boot packets come as a file, and where there are none it says so", options, async (t) => {
  const world = await mission(t);
  addNode(world, ready, "n2");
  addNode(world, ready, "silent");
  const page = await enter(world, "operator", "#/nodes/n2");
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download boot packets" }).click();
  const download = await coming;
  assert.equal(download.suggestedFilename(), "n2.pcap");
  assert.equal(await readFile(await download.path(), "utf8"), "packets of its last boot");
  await page.goto(`${world.url}#/nodes/silent`);
  await page.getByRole("heading", { name: "silent", exact: true }).waitFor();
  await page.getByRole("button", { name: "Download boot packets" }).click();
  await page.getByRole("alert").waitFor();
});

test("the same can be said in the terminal", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "accepted" }, "n2");
  const page = await enter(world, "viewer", "#/nodes/n2");
  await page.getByText("Terminal commands").click();
  await page.getByText("muster arm n2 --confirm n2").waitFor();
  await page.goto(`${world.url}#/`);
  await phaseOf(page, "n2", "accepted").waitFor();
});

test("a machine that is kept out is shown, and replacing takes the name", options, async (t) => {
  const world = await mission(t);
  const node = addNode(world, ready, "n2");
  const callHome = {
    ip_address: "10.0.0.99",
    hostname: "n2",
    token: "x".repeat(20),
    mac: "52:54:00:aa:bb:cc",
    ssh_host_key: `ssh-ed25519 ${"A".repeat(60)}`,
    facts: {},
  };
  world.claims.keep(callHome, node.id, "it calls itself n2", new Date());
  const page = await enter(world, "operator", "#/nodes/n2");
  const panel = page.getByRole("region", { name: /^Quarantined/ });
  await panel.getByText("it calls itself n2").waitFor();
  await panel.getByRole("button", { name: "Replace n2…" }).click();
  const dialog = page.getByRole("dialog", { name: "Replace n2" });
  await dialog.getByLabel("Type n2 to confirm").fill("n");
  assert.ok(await dialog.getByRole("button", { name: "Replace" }).isDisabled());
});

test("a machine that is kept out and belongs to no node is on the first page, and is let in under a name", options, async (t) => {
  const world = await mission(t);
  const callHome = {
    ip_address: "10.0.0.98",
    hostname: "worker-nodes",
    token: "x".repeat(20),
    mac: "52:54:00:aa:bb:dd",
    ssh_host_key: `ssh-ed25519 ${"A".repeat(60)}`,
    facts: {},
  };
  const page = await enter(world, "operator");
  await page.getByText("No machine has asked to boot yet").waitFor();
  world.claims.keep(callHome, undefined, "its name is a group of the inventory", new Date());
  world.events.append({ source: "control", type: "node.contested", summary: "a machine at 10.0.0.98 was kept out" });
  const panel = page.getByRole("region", { name: /^Quarantined, without a node/ });
  await panel.getByText("A machine at 10.0.0.98 with 52:54:00:aa:bb:dd that calls itself worker-nodes").waitFor();
  assert.equal(await panel.getByRole("button", { name: /replace/ }).count(), 0);
  await panel.getByRole("button", { name: "Admit…" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("n9");
  await page.keyboard.press("Enter");
  await phaseOf(page, "n9", "called-home").waitFor();
  await panel.waitFor({ state: "detached" });
});
