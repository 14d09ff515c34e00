/** The doctor's page in a real browser: problems first, the same for every role, and errors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible } from "../axe.ts";
import type { Mission } from "../mission.ts";
import { options, tour } from "../visit.ts";

const { mission, enter } = tour();

const ill = ({ checks }: Mission) =>
  checks.push(
    { name: "configuration", ok: true, detail: "/etc/muster/muster.yaml" },
    { name: "boot files (image)", ok: false, detail: "missing: vmlinuz", advice: "`muster assets fetch`; muster image build" },
    { name: "login to the nodes", ok: true, detail: "only Muster's own key", advice: "Name a file in access.ssh_keys_file." },
  );

test("problems come first with advice, and a refresh shows that they are solved", options, async (t) => {
  const world = await mission(t);
  ill(world);
  const page = await enter(world, "operator");
  await page.getByRole("link", { name: "Doctor" }).click();
  await page.getByRole("heading", { name: "One problem" }).waitFor();
  assert.equal(await page.title(), "Doctor · Muster");
  const names = await page.locator("[data-check]").evaluateAll((all) => all.map((each) => each.getAttribute("data-check")));
  assert.deepEqual(names, ["boot files (image)", "configuration", "login to the nodes"]);
  const wrong = page.locator('[data-check="boot files (image)"]');
  assert.equal(await wrong.locator("code").textContent(), "muster assets fetch");

  world.checks.splice(1, 1);
  await page.getByRole("button", { name: "Refresh" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No problems" }).waitFor();
  assert.equal(await page.getByRole("heading", { name: /^Problems/ }).count(), 0);
});

test("a viewer sees the same page through the palette, and details are text", options, async (t) => {
  const world = await mission(t);
  world.checks.push({ name: "disk <b>space</b>", ok: false, detail: "<img src=x onerror=alert(1)>", advice: "<script>alert(1)</script>" });
  const page = await enter(world, "viewer");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("doctor");
  await page.keyboard.press("Enter");
  await page.getByText("<img src=x onerror=alert(1)>").waitFor();
  assert.equal(await page.locator(".checks img, .checks script, .checks b").count(), 0);
});

test("a failed request shows its error and advice", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "viewer");
  await page.route("**/api/doctor", (route) =>
    route.fulfill({
      status: 503,
      json: { message: "", error: { code: "DOCTOR_SILENT", message: "no answer", hint: "Run `muster doctor`." } },
    }),
  );
  await page.getByRole("link", { name: "Doctor" }).click();
  await page.getByRole("alert").getByText("no answer.").waitFor();
  await page.getByRole("button", { name: "Refresh" }).waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the doctor's page is without a fault that axe knows, ${colorScheme}`, options, async (t) => {
    const world = await mission(t);
    ill(world);
    const page = await enter(world, "viewer", "#/doctor");
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.getByRole("heading", { name: "One problem" }).waitFor();
    await assertAccessible(page, "doctor");
  });
}
