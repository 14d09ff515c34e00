/** Read-only users see the same controls, disabled. The reason is shown and announced to screen readers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { addNode } from "../../support/world.ts";
import type { Mission } from "../mission.ts";
import { at, options, reasonOf, startJob, tour } from "../visit.ts";

const { mission, enter } = tour();

/** Controls that change nothing, by name. */
const harmless = [
  /^(Log out|Skip to the content|Go to…|Keys|Show all|Clear selection|Refresh|Fold tasks|Unfold all|Follow|First failure)$/,
  /^(Copy|Fold|Unfold|Select|Menu|News|Dismiss)\b/,
  /^(Output|Changes)$/,
  /^(Cards|Table)$/,
  /^(Pause|Resume|Clear|Jump to the end|Verify now|Refresh|Search older records|Older records|Download as JSON|Download all as NDJSON)$/,
  /^(Show|Checking|Searching|Verifying)\b/,
  /^\d+ \w/,
  /^(Name|Phase|Health|Address|Hardware|Role|Groups|Last event)\b/,
];

/** One object of each kind that has actions, and its address. */
function inhabited(world: Mission): string[] {
  const ready = addNode(world, { phase: "ready", since: at }, "n1");
  addNode(world, { phase: "discovered" }, "fresh");
  const failed = addNode(world, { phase: "install-failed", reason: "no disk", at }, "n2");
  addNode(world, { phase: "armed", profile: "image", until: new Date(Date.now() + 60_000).toISOString() }, "n3");
  const at10 = { mac: "declined 10.0.0.150", address: "10.0.0.150", expiresAt: Date.now() + 60_000 } as const;
  world.leases.save({ ...at10, state: "declined", cause: { kind: "declined", by: "52:54:00:00:00:01" } });
  world.claims.keep(
    {
      ip_address: "10.0.0.99",
      hostname: "n1",
      token: "x".repeat(20),
      mac: "52:54:00:aa:bb:cc",
      ssh_host_key: `ssh-ed25519 ${"A".repeat(60)}`,
      facts: {},
    },
    ready.id,
    "it calls itself n1",
    new Date(),
  );
  const running = startJob(world, ready.id, "n1");
  const over = world.jobs.find(startJob(world, failed.id, "n2")) ?? assert.fail();
  world.jobs.save({ ...over, status: "failed", endedAt: at });
  return ["#/", "#/?view=table", "#/nodes/n1", "#/nodes/fresh", "#/nodes/n2", "#/nodes/n3", `#/jobs/${running}`, `#/jobs/${over.id}`];
}

const settled = async (page: Page, url: string) => {
  await page.goto(url);
  await page.locator("main h1").first().waitFor({ state: "attached" });
  await page.locator("main .asking").first().waitFor({ state: "detached" });
  if (url.includes("view=table")) await page.getByLabel("Select all shown").check();
};

/** All buttons that are not harmless, by name. */
async function controls(page: Page): Promise<Map<string, Locator>> {
  const found = new Map<string, Locator>();
  for (const button of await page.locator("header.bar button, main button").all()) {
    const name = await button.evaluate((element) => element.getAttribute("aria-label") ?? element.textContent?.trim() ?? "");
    if (!harmless.some((each) => each.test(name))) found.set(name, button);
  }
  return found;
}

async function pagesOf(page: Page): Promise<string[]> {
  return page.locator("nav[aria-label=Pages] a").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
}

for (const role of ["viewer", "agent"] as const) {
  test(`on every page a ${role} sees all controls of an operator, disabled and with the reason`, options, async (t) => {
    const world = await mission(t);
    const places = inhabited(world);
    const before = world.events.lastSeq();
    const asOperator = await enter(world, "operator");
    const asReader = await enter(world, role);
    const everywhere = [...new Set([...places, ...(await pagesOf(asOperator))])];
    assert.deepEqual(await pagesOf(asReader), await pagesOf(asOperator), "the same pages");
    let seen = 0;
    for (const place of everywhere) {
      await settled(asOperator, world.url + place);
      await settled(asReader, world.url + place);
      const wanted = [...(await controls(asOperator)).keys()];
      const shown = await controls(asReader);
      const isSaid = new RegExp(`key's role is ${role}`).test((await asReader.locator("main").textContent()) ?? "");
      for (const name of wanted) assert.ok(shown.has(name) || isSaid || hiddenWithItsList(name), `${place}: ${name} is hidden`);
      for (const [name, button] of shown) {
        assert.equal(await button.getAttribute("aria-disabled"), "true", `${place}: ${name}`);
        assert.match(await reasonOf(asReader, button), new RegExp(`role is ${role}`), `${place}: ${name} shows the reason`);
        await button.dispatchEvent("click");
        seen += 1;
      }
      assert.equal(await asReader.getByRole("dialog").count(), 0, place);
    }
    assert.ok(seen > 30, `${seen} controls`);
    assert.equal(world.events.lastSeq(), before, "nothing has changed");
  });
}

/** Viewers may not read the inventory, so their page does not know its groups and variables. */
const hiddenWithItsList = (name: string) => /^Remove (the variable )?\S+( from|$)/.test(name);

test("the reason appears on focus, and Escape hides it", options, async (t) => {
  const world = await mission(t);
  addNode(world, { phase: "discovered" }, "fresh");
  const page = await enter(world, "viewer");
  const accept = page.getByRole("button", { name: "Accept fresh" });
  const tip = page.getByRole("tooltip");
  assert.equal(await tip.count(), 0);
  await page.locator('[data-node="fresh"] h3 a').focus();
  await page.keyboard.press("Tab");
  assert.equal(await page.locator(":focus").getAttribute("aria-label"), "Accept fresh");
  await tip.getByText("Your key's role is viewer").waitFor();
  await page.keyboard.press("Enter");
  assert.equal(world.nodes.list()[0]?.state.phase, "discovered");
  await page.keyboard.press("Escape");
  await tip.waitFor({ state: "hidden" });
  await accept.hover();
  await tip.getByText("Changes require the role operator").waitFor();
});
