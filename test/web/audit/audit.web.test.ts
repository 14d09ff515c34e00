/** The audit log in a real browser: search, filters, details, verification and export. All its texts stay text. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type { Page } from "playwright-core";
import type { AuditEntry } from "../../../daemon/contract/audit/audit.ts";
import { assertAccessible } from "../axe.ts";
import type { Mission } from "../mission.ts";
import { options, tour } from "../visit.ts";

const { mission, enter } = tour();

const evil = '<img src=x onerror="alert(1)">\u202egnp';

function record(world: Mission, part: Partial<AuditEntry> = {}): void {
  world.audit.append({
    action: "change",
    actor: { keyId: "k1", name: "olga", role: "operator" },
    subject: "node rack1-n1",
    summary: "renamed rack1-n1",
    result: "ok",
    ...part,
  });
}

function inhabit(world: Mission): void {
  for (let index = 0; index < 5; index++) record(world, { summary: `renamed rack1-n${index}`, subject: `node rack1-n${index}` });
  record(world, { action: "refusal", actor: { keyId: "k2", name: evil, role: "agent", onBehalfOf: "anna" }, result: "refused" });
  record(world, { action: "vote", planHash: "abcd".repeat(16), reason: evil, summary: `said yes ${evil}`, result: "approve" });
}

const row = (page: Page, seq: number) => page.locator(`.audit-record[data-seq="${seq}"]`);
const rows = (page: Page) => page.locator(".audit-record");

test("records are found by any text and by filters, and the address holds the filters", options, async (t) => {
  const world = await mission(t);
  inhabit(world);
  const page = await enter(world, "admin", "#/audit");
  await row(page, 7).waitFor();
  await page.getByLabel("Search").fill("N3");
  await page.getByText(/^1 of \d+ searched records match$/).waitFor();
  assert.match(page.url(), /#\/audit\?q=N3$/);
  await page.reload();
  await row(page, 4).waitFor();
  assert.equal(await rows(page).count(), 1);
  await page.getByRole("button", { name: "Clear" }).click();

  for (const [label, value, seq] of [
    ["Node", "rack1-n2", 3],
    ["Plan", "abcdab", 7],
    ["Outcome", "refused", 6],
  ] as const) {
    await page.getByLabel(label, { exact: true }).fill(value);
    await row(page, seq).waitFor();
    await page.getByText(/^1 of \d+ searched records match/).waitFor();
    await page.getByLabel(label, { exact: true }).fill("");
  }
  await page.getByLabel("Kind").selectOption("vote");
  await page.getByText("1 record", { exact: true }).waitFor();
  await page.getByLabel("Kind").selectOption("");
  await page.getByLabel("User", { exact: true }).fill("anna");
  await page.getByLabel("User", { exact: true }).press("Enter");
  await page.getByText("1 record", { exact: true }).waitFor();
  await row(page, 6).waitFor();
  await page.getByLabel("User", { exact: true }).fill("nobody");
  await page.getByLabel("User", { exact: true }).press("Enter");
  await page.getByText("No record matches").waitFor();
  await page.getByRole("button", { name: "Show all records" }).click();
  await row(page, 7).waitFor();
});

test("older records come as asked for, each once, though new ones are written meanwhile", options, async (t) => {
  const world = await mission(t);
  for (let index = 1; index <= 450; index++) record(world, { summary: `change ${index}` });
  const page = await enter(world, "admin", "#/audit");
  await row(page, 300).waitFor();
  record(world, { summary: "meanwhile" });
  await page.getByRole("button", { name: "Older records" }).click();
  await row(page, 1).waitFor();
  const seqs = await rows(page).evaluateAll((each) => each.map((element) => Number(element.getAttribute("data-seq"))));
  assert.deepEqual(
    seqs,
    seqs.toSorted((a, b) => b - a),
  );
  assert.equal(new Set(seqs).size, seqs.length);
});

test("a record opens to all it says and to the text that was hashed, by the keyboard too, and none of it acts", options, async (t) => {
  const world = await mission(t);
  inhabit(world);
  const page = await enter(world, "admin", "#/audit");
  await row(page, 7).locator("summary").focus();
  await page.keyboard.press("Enter");
  await row(page, 7).getByText("hash matches").waitFor();
  const said = (await row(page, 7).textContent()) ?? "";
  assert.ok(said.includes('<img src=x onerror="alert(1)">⟨U+202E⟩gnp'), said);
  assert.ok(said.includes("abcd".repeat(16)));
  assert.equal(await page.locator(".audit-records img").count(), 0);
  assert.ok(((await row(page, 7).locator(".canonical").textContent()) ?? "").includes('"seq":7'));
  assert.ok((await row(page, 7).getByRole("button", { name: /^Copy/ }).count()) >= 4);
  assert.equal(await row(page, 6).locator(".audit-who").textContent(), '<img src=x onerror="alert(1)">⟨U+202E⟩gnp for anna');
});

test("the page proves the chain by itself, and says in red where it is broken", options, async (t) => {
  const world = await mission(t);
  inhabit(world);
  const page = await enter(world, "admin", "#/audit");
  await page.getByRole("button", { name: "Verify now" }).click();
  await page.getByRole("heading", { name: /^The chain holds: records 1 to \d+$/ }).waitFor();
  await page.getByText("No checkpoint covers these records").waitFor();

  for (const { name } of world.db
    .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
    .all())
    world.db.exec(`DROP TRIGGER ${name}`);
  world.db.prepare("UPDATE audit SET record = replace(record, 'renamed rack1-n2', 'renamed rack1-n9') WHERE seq = 3").run();
  await page.getByRole("button", { name: "Verify now" }).click();
  await page.getByRole("heading", { name: "The chain is broken at record 3" }).waitFor();
  await page.locator(".audit-chain.tone-bad").getByText("it was altered").waitFor();
  await row(page, 3).locator("summary").click();
  await row(page, 3).getByText("altered", { exact: true }).waitFor();
});

test("records are taken along: those shown as JSON, all of them with their proof", options, async (t) => {
  const world = await mission(t);
  inhabit(world);
  const page = await enter(world, "admin", "#/audit?action=vote");
  await page.getByText("1 record", { exact: true }).waitFor();
  const [shown] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download as JSON" }).click()]);
  const records: { seq: number }[] = JSON.parse(await readFile(await shown.path(), "utf8"));
  assert.deepEqual(
    records.map(({ seq }) => seq),
    [7],
  );
  const [all] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download all as NDJSON" }).click()]);
  assert.equal(all.suggestedFilename(), "audit.ndjson");
  const lines = (await readFile(await all.path(), "utf8")).trimEnd().split("\n");
  assert.equal(lines.length, world.audit.list({ limit: 1000 }).length);
  assert.ok(lines.every((line) => line.startsWith('{"record":')));
});

test("other roles get the reason why the audit log is not shown", options, async (t) => {
  const world = await mission(t);
  inhabit(world);
  const page = await enter(world, "operator");
  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByRole("heading", { name: "The audit log requires an admin's key" }).waitFor();
  await page.getByText("Your key's role is operator").waitFor();
  assert.equal(await page.title(), "Audit log · Muster");
  await assertAccessible(page, "refused");
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the audit is without a fault that axe knows, ${colorScheme}`, options, async (t) => {
    const world = await mission(t);
    inhabit(world);
    const page = await enter(world, "admin", "#/audit");
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await row(page, 7).locator("summary").click();
    await row(page, 7).getByText("hash matches").waitFor();
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.getByRole("heading", { name: /^The chain holds/ }).waitFor();
    await assertAccessible(page, "records");
    await page.goto(`${world.url}#/audit?q=nothing-like-that`);
    await page.getByText("No record matches").waitFor();
    await assertAccessible(page, "none fits");
  });
}
