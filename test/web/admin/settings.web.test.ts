/** The settings in a real browser: keys, tokens, members, notifications, other services, and the limits of each role. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { assertAccessible } from "../axe.ts";
import { options, tour } from "../visit.ts";

const { mission, enter } = tour();

const row = (page: Page, text: string) => page.locator(".sheet tr", { hasText: text });
const settings = "#/settings";

test("a key is created with owner, role and expiry, is shown once, works, and is revoked after a confirmation", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "admin", settings);
  await page.getByRole("button", { name: "Create a key…" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("ci <b>bot</b>");
  await page.getByRole("dialog").getByLabel("Owner").fill("alice");
  await page.getByRole("dialog").getByLabel("Role").selectOption("operator");
  await page.getByRole("dialog").getByLabel("Expires after").selectOption("30");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByText("Shown only once.").waitFor();
  const secret = (await page.locator(".secret").textContent()) ?? "";
  const asked = await fetch(`${world.url}api/session`, { headers: { authorization: `Bearer ${secret}` } });
  const { role, owner } = (await asked.json()) as { role: string; owner: string };
  assert.deepEqual([role, owner], ["operator", "alice"]);
  await page.getByRole("button", { name: "Done" }).click();
  assert.doesNotMatch(await page.content(), new RegExp(secret));
  assert.match((await row(page, "ci <b>bot</b>").last().textContent()) ?? "", /operatoralice.*in (29|30) d/);
  assert.match((await page.locator('[data-row="alice"]').textContent()) ?? "", /^aliceoperatorci <b>bot<\/b>/);

  await page.getByRole("button", { name: "Revoke the key ci <b>bot</b>" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Revoke the key ci <b>bot</b>" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
  await page.locator('[data-row="alice"]').waitFor({ state: "detached" });
  assert.equal((await fetch(`${world.url}api/session`, { headers: { authorization: `Bearer ${secret}` } })).status, 401);
});

test("a name that is taken is refused, and the dialog keeps the input", options, async (t) => {
  const world = await mission(t);
  world.keys.create("laptop", "viewer", new Date());
  const page = await enter(world, "admin", settings);
  await page.getByRole("button", { name: "Create a key…" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("laptop");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("alert").getByText("a key called laptop exists already").waitFor();
  assert.equal(await page.getByRole("dialog").getByLabel("Name").inputValue(), "laptop");
});

test("a token is created by keyboard, its command is shown once, and it is revoked", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "operator", settings);
  await page.getByText("None. A machine that Muster did not install").waitFor();
  await page.getByRole("button", { name: "Create a token…" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("3");
  await page.keyboard.press("Enter");
  await page.getByText("Run this command as root").waitFor();
  assert.match((await page.locator(".secret").textContent()) ?? "", /^curl -fsS http:\/\/127\.0\.0\.1:8000\/enrol\/mt_[0-9a-f]{64} \| sh$/);
  await page.keyboard.press("Enter");
  const [token] = world.enrolTokens.list(new Date());
  assert.equal(token?.uses, 3);
  await page.getByRole("button", { name: `Revoke the token ${token?.id}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
  await page.locator(`[data-row="${token?.id}"]`).getByText("revoked").waitFor();
});

test("other services are links only for web addresses, and their names are text", options, async (t) => {
  const world = await mission(t);
  world.webUis.push(
    { name: "Consul (Not Reachable)", url: "http://10.0.0.2:8500/ui", status: "unreachable" },
    { name: "<img src=x onerror=alert(1)>", url: "https://wiki.example/a" },
  );
  const page = await enter(world, "viewer", settings);
  const link = page.getByRole("link", { name: "https://wiki.example/a" });
  await link.waitFor();
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
  assert.match((await row(page, "Consul").textContent()) ?? "", /Not Reachable.*unreachable/);
  assert.equal(await page.locator(".settings img").count(), 0);
});

test("the page lists the alert rules and the missing webhook", options, async (t) => {
  const page = await enter(await mission(t), "viewer", settings);
  await page.getByText("No webhook is configured, so alerts appear only on this page.").waitFor();
  assert.equal(await page.locator('[data-row="failed-logins"]').textContent(), "Failed logins10 within 10 min");
  assert.equal(await page.locator('[data-row="cost"]').textContent(), "Costsoff");
});

for (const [role, keys, tokens] of [
  ["viewer", "Your key's role is viewer. Listing and creating keys requires the role admin.", "Tokens require the role operator."],
  ["operator", "Your key's role is operator. Listing and creating keys requires the role admin.", undefined],
] as const) {
  test(`a ${role} sees which parts require another role, and disabled buttons show the reason`, options, async (t) => {
    const world = await mission(t);
    const page = await enter(world, role, settings);
    await page.getByText(keys).first().waitFor();
    if (tokens) await page.getByText(tokens).waitFor();
    const create = page.getByRole("button", { name: "Create a key…" });
    assert.equal(await create.getAttribute("aria-disabled"), "true");
    await create.focus();
    await page.getByRole("tooltip").first().waitFor();
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("dialog[open]").count(), 0);
    assert.match((await page.locator(".settings").textContent()) ?? "", new RegExp(`key ${role}-1 has the role ${role}`));
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`the settings are without a fault that axe knows, ${colorScheme}`, options, async (t) => {
    const world = await mission(t);
    world.webUis.push({ name: "Consul", url: "http://10.0.0.2:8500/ui", status: "reachable" });
    world.enrolTokens.issue({ role: "worker", uses: 1, createdBy: "test", expiresAt: "2099-01-01T00:00:00.000Z" }, new Date());
    const page = await enter(world, "admin", settings);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.getByText("any machine, as worker").waitFor();
    await page.getByRole("link", { name: "http://10.0.0.2:8500/ui" }).waitFor();
    await page.getByText("No webhook is configured").waitFor();
    await assertAccessible(page, "settings");
    await page.getByRole("button", { name: "Create a key…" }).click();
    await assertAccessible(page, "a new key");
  });
}
