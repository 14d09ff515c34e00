/** Questions put to people, in a real browser: what is shown, who may answer, what comes of it, and that it is too late when it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import type { Role } from "../../../daemon/contract/admin/key.ts";
import type { ProposalInput } from "../../../daemon/contract/changes/plan.ts";
import { person, wish } from "../../support/changes/changes.ts";
import { addNode } from "../../support/world.ts";
import { assertAccessible } from "../axe.ts";
import type { Mission } from "../mission.ts";
import { assertNotReloaded, logIn, mark, options, tour } from "../visit.ts";

const { visitor, mission } = tour();

/** A person with a key in their own name, logged in and live. */
async function enterAs(world: Mission, name: string, role: Role, hash = "#/approvals"): Promise<Page> {
  const page = await visitor().visit(world.url + hash);
  await logIn(page, world.keys.create(name, role, new Date()).secret);
  await page.getByText("Live", { exact: true }).waitFor();
  return page;
}

function inhabit(world: Mission, ...names: string[]): void {
  for (const name of names) {
    const { id } = addNode(world, { phase: "ready", since: new Date().toISOString() }, name);
    world.registry.update(id, (was) => ({
      node: { ...was, address: `10.0.0.${world.nodes.list().length}` },
      event: { source: "control", type: "node.ready", summary: "made for a test" },
    }));
    world.groups.set(name, ["prod"]);
  }
}

function ask(world: Mission, node: string, more: Partial<ProposalInput> = {}, who = person("anna")) {
  const { approval } = world.desk.propose(wish("service_restart", [node], { unit: "ssh.service" }, { reason: "it hangs", ...more }), who);
  assert(approval);
  return approval;
}

const question = (page: Page, id: string) => page.locator(`article[data-approval="${id}"]`);

test("a request shows its plan, reason and deadline, and an approval starts it without a reload", options, async (t) => {
  const world = await mission(t);
  inhabit(world, "n1");
  const page = await enterAs(world, "olga", "operator");
  await page.getByText("No pending approvals").waitFor();
  await mark(page);

  const { id } = ask(world, "n1");
  const card = question(page, id);
  await card.getByText("systemctl restart ssh.service").waitFor();
  const text = (await card.textContent()) ?? "";
  for (const part of ["anna", "it hangs", "write-in-prod", "exact", "100 % previewed", "0 of 1 operator", "at most 2 min 00 s"])
    assert.ok(text.includes(part), `${part} is missing: ${text}`);
  assert.match((await card.locator(".countdown time").textContent()) ?? "", /^(10 min 0[01] s|9 min \d\d s) left to decide$/);
  assert.equal(
    await page
      .getByRole("link", { name: /^Approvals/ })
      .locator(".count")
      .textContent(),
    "1",
  );

  await card.getByLabel("Your reason").fill("as announced");
  await card.getByRole("button", { name: /^Approve/ }).click();
  await page.locator(`.approval-row[data-approval="${id}"]`).waitFor();
  assert.equal(
    await page
      .getByRole("link", { name: /^Approvals/ })
      .locator(".count")
      .count(),
    0,
  );
  const approval = world.approvals.get(id);
  assert.deepEqual(
    approval?.votes.map(({ by, answer, reason }) => [by, answer, reason]),
    [["olga", "approve", "as announced"]],
  );

  const execution = world.executions.ofPlan(approval?.planId ?? "") ?? assert.fail("nothing was queued");
  await page.goto(`${world.url}#/approvals/${id}`);
  await page.getByText("Approved and started").waitFor();
  await page.getByRole("link", { name: /^Execution:/ }).click();
  await page.getByRole("heading", { name: /service_restart/ }).waitFor();
  const step = { id: "1", target: "n1" } as const;
  const said = "\u001b[32mok\u001b[0m <img src=x onerror=alert(1)>";
  world.desk.receive({ type: "step", executionId: execution.id, step: { ...step, status: "running" } });
  await page.locator('[data-step="1"][data-status="running"]').waitFor();
  const done = { ...step, status: "succeeded", exitCode: 0, output: said } as const;
  world.desk.receive({ type: "step", executionId: execution.id, step: done });
  world.desk.receive({ type: "executed", executionId: execution.id, status: "succeeded", steps: [done] });
  await page.locator(".step-output").getByText("<img src=x onerror=alert(1)>").waitFor();
  await page.locator(".badge", { hasText: "Succeeded" }).first().waitFor();
  assert.equal(await page.locator(".step-output .ansi-2").textContent(), "ok");
  assert.equal(await page.getByRole("button", { name: "Cancel" }).count(), 0);
  await assertNotReloaded(page);
});

test("a denial needs a reason, ends the request, and appears for other users", options, async (t) => {
  const world = await mission(t);
  inhabit(world, "n1");
  const { id } = ask(world, "n1");
  const [olga, peter] = [await enterAs(world, "olga", "operator"), await enterAs(world, "peter", "operator", `#/approvals/${id}`)];
  const deny = question(olga, id).getByRole("button", { name: /^Deny/ });
  assert.equal(await deny.isDisabled(), true);
  await question(olga, id).getByText("To deny the plan, enter a reason").waitFor();
  await question(peter, id)
    .getByRole("button", { name: /^Approve/ })
    .waitFor();

  await olga.getByLabel("Your reason").fill('<script>alert("no")</script>');
  await deny.click();
  await olga.locator(`.approval-row[data-approval="${id}"]`, { hasText: "Denied" }).waitFor();
  await question(peter, id).getByText("olga denied it. Nothing was changed").waitFor();
  await question(peter, id).getByText('<script>alert("no")</script>').waitFor();
  assert.equal(await peter.getByRole("button", { name: /^Approve/ }).count(), 0);
  assert.equal(world.executions.list(10).length, 0);
});

test("a request without a decision expires on an open page without a reload", options, async (t) => {
  const world = await mission(t);
  inhabit(world, "n1");
  world.clocks.decideSeconds = 3;
  const page = await enterAs(world, "olga", "operator");
  await mark(page);
  const { id } = ask(world, "n1");
  await question(page, id)
    .getByRole("button", { name: /^Approve/ })
    .waitFor();
  await page.goto(`${world.url}#/approvals/${id}`);
  await question(page, id).getByText("No decision was made in time").waitFor();
  assert.equal(await page.getByRole("button", { name: /^(Approve|Deny)/ }).count(), 0);
  assert.equal(world.approvals.get(id)?.state, "pending", "the page knew before the daemon had looked");
  world.desk.sweep();
  assert.equal(world.approvals.get(id)?.state, "expired");
  await question(page, id).getByText("Expired", { exact: true }).waitFor();
  await assertNotReloaded(page);
});

test("two pending requests are answered independently", options, async (t) => {
  const world = await mission(t);
  inhabit(world, "n1", "n2");
  const [first, second] = [ask(world, "n1"), ask(world, "n2")];
  const page = await enterAs(world, "olga", "operator");
  assert.equal(
    await page
      .getByRole("link", { name: /^Approvals/ })
      .locator(".count")
      .textContent(),
    "2",
  );
  await question(page, second.id).getByLabel("Your reason").fill("not now");
  await question(page, second.id).getByRole("button", { name: /^Deny/ }).click();
  await question(page, second.id).waitFor({ state: "detached" });
  await question(page, first.id)
    .getByRole("button", { name: /^Approve/ })
    .click();
  await page.getByText("No pending approvals").waitFor();
  assert.equal(world.approvals.get(second.id)?.state, "denied");
  assert.equal(world.approvals.get(first.id)?.state, "used");
});

test("the requester and a viewer cannot vote, and both get the reason", options, async (t) => {
  const world = await mission(t);
  inhabit(world, "n1");
  const { id } = ask(world, "n1");
  for (const [name, role, why] of [
    ["anna", "operator", "You requested the plan. Another person must decide about the plan."],
    ["victor", "viewer", "Your key's role is viewer. Voting requires the role operator."],
  ] as const) {
    const page = await enterAs(world, name, role);
    await question(page, id).getByText(why).waitFor();
    for (const button of ["Approve", "Deny"])
      assert.equal(
        await question(page, id)
          .getByRole("button", { name: new RegExp(`^${button}`) })
          .isDisabled(),
        true,
        `${name}: ${button}`,
      );
    assert.equal(
      await page
        .getByRole("link", { name: /^Approvals/ })
        .locator(".count")
        .count(),
      0,
    );
  }
});

test(
  "the requester withdraws a request with a click, it is no longer pending for others, and others have no such button",
  options,
  async (t) => {
    const world = await mission(t);
    inhabit(world, "n1");
    const { id } = ask(world, "n1");
    const [anna, olga] = [await enterAs(world, "anna", "operator", `#/approvals/${id}`), await enterAs(world, "olga", "admin")];
    await question(olga, id)
      .getByRole("button", { name: /^Approve/ })
      .waitFor();
    assert.equal(await olga.getByRole("button", { name: /^Withdraw/ }).count(), 0);
    await question(anna, id)
      .getByRole("button", { name: /^Withdraw: service_restart/ })
      .click();
    await question(anna, id).getByText("anna withdrew the request. Nothing was changed").waitFor();
    assert.equal(await anna.getByRole("button", { name: /^Withdraw/ }).count(), 0);
    await olga.getByText("No pending approvals").waitFor();
    assert.equal(world.approvals.get(id)?.state, "withdrawn");
    assert.equal(world.executions.list(10).length, 0);
  },
);

test("a vote that does not count shows the daemon's error and advice", options, async (t) => {
  const world = await mission(t);
  inhabit(world, "n1");
  const { id } = ask(world, "n1");
  const page = await enterAs(world, "olga", "operator");
  await question(page, id)
    .getByRole("button", { name: /^Approve/ })
    .waitFor();
  // Another address is another machine, so the plan has changed.
  const node = world.nodes.list()[0] ?? assert.fail("there is no node");
  world.registry.update(node.id, (was) => ({
    node: { ...was, address: "10.9.9.9" },
    event: { source: "control", type: "node.changed", summary: "moved" },
  }));
  await page.goto(`${world.url}#/approvals/${id}`);
  await question(page, id)
    .getByRole("button", { name: /^Approve/ })
    .click();
  await page.getByRole("alert").getByText("changed meanwhile").waitFor();
  await page.locator(`article[data-approval="${id}"][data-state="dropped"]`).waitFor();
  assert.equal(await page.getByRole("button", { name: /^Approve/ }).count(), 0);
});

test("a tainted request is marked, and its approval needs the typed target, by keyboard alone", options, async (t) => {
  const world = await mission(t);
  inhabit(world, "n1");
  const evil = 'restart it\u202e now <img src=x onerror="alert(1)">\u001b[2J';
  const { id } = ask(world, "n1", { tainted: true, reason: evil });
  const page = await enterAs(world, "olga", "operator");
  await question(page, id).getByText("Tainted.").waitFor();
  const said = (await question(page, id).locator(".said").first().textContent()) ?? "";
  assert.equal(said, 'restart it⟨U+202E⟩ now <img src=x onerror="alert(1)">␛[2J');
  assert.equal(await page.locator(".said img").count(), 0);

  await question(page, id).getByLabel("Your reason").focus();
  await page.keyboard.type("looked at it");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: /^Approve service_restart/ });
  await dialog.waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Approve" }).isDisabled(), true);
  await page.keyboard.press("Escape");
  // A closed dialog has no role, even before the page removes it.
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.equal(world.approvals.get(id)?.votes.length, 0);

  await page.keyboard.press("Enter");
  await dialog.waitFor();
  await page.keyboard.type("n1");
  await page.keyboard.press("Enter");
  await page.getByText("No pending approvals").waitFor();
  assert.equal(world.approvals.get(id)?.votes[0]?.reason, "looked at it");
});

test("an approval that needs a signature shows the command, and a denial works without one", options, async (t) => {
  const world = await mission(t);
  world.voting.required = true;
  inhabit(world, "n1");
  const { id } = ask(world, "n1");
  const page = await enterAs(world, "olga", "operator");
  await question(page, id).getByText(`muster approve ${id}`).waitFor();
  assert.equal(
    await question(page, id)
      .getByRole("button", { name: /^Approve/ })
      .isDisabled(),
    true,
  );
  await question(page, id).getByLabel("Your reason").fill("not today");
  await question(page, id).getByRole("button", { name: /^Deny/ }).click();
  await page.getByText("No pending approvals").waitFor();
  assert.equal(world.approvals.get(id)?.state, "denied");
});

test("an operator cancels an execution with a click, a viewer cannot", options, async (t) => {
  const world = await mission(t);
  inhabit(world, "n1");
  const { id } = ask(world, "n1");
  world.desk.vote(id, { answer: "approve", reason: "" }, person("olga"));
  const execution = world.executions.list(1)[0] ?? assert.fail("nothing was queued");
  const viewer = await enterAs(world, "victor", "viewer", `#/executions/${execution.id}`);
  assert.equal(await viewer.getByRole("button", { name: "Cancel" }).isDisabled(), true);
  const page = await enterAs(world, "olga", "operator", "#/executions");
  await page.getByRole("link", { name: /service_restart/ }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  world.desk.receive({
    type: "executed",
    executionId: execution.id,
    status: "cancelled",
    steps: [{ id: "1", target: "n1", status: "cancelled" }],
  });
  await page.locator('[data-step="1"][data-status="cancelled"]').waitFor();
  await page.getByText("A person stopped it.").waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`requests and executions pass axe, ${colorScheme}`, options, async (t) => {
    const world = await mission(t);
    inhabit(world, "n1", "n2");
    const page = await enterAs(world, "olga", "operator");
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.getByText("No pending approvals").waitFor();
    await assertAccessible(page, "nothing waits");
    const [first, second] = [ask(world, "n1"), ask(world, "n2", { tainted: true })];
    await question(page, second.id).getByText("systemctl").waitFor();
    await assertAccessible(page, "two wait");
    world.desk.vote(first.id, { answer: "approve", reason: "go on" }, person("peter"));
    const execution = world.executions.list(1)[0] ?? assert.fail("nothing was queued");
    const done = {
      id: "1",
      target: "n1",
      status: "failed",
      exitCode: 1,
      output: "\u001b[31mno such unit\u001b[0m",
      error: "exit code 1",
    } as const;
    world.desk.receive({ type: "executed", executionId: execution.id, status: "failed", steps: [done] });
    for (const [hash, text] of [
      [`#/approvals/${first.id}`, "go on"],
      ["#/executions", "Failed"],
      [`#/executions/${execution.id}`, "no such unit"],
    ] as const) {
      await page.goto(world.url + hash);
      await page.locator("main").getByText(text).first().waitFor();
      await assertAccessible(page, hash);
    }
    await page.goto(`${world.url}#/approvals/${second.id}`);
    await page.getByRole("button", { name: /^Approve/ }).click();
    await page.getByRole("dialog").waitFor();
    await assertAccessible(page, "the confirmation");
  });
}
