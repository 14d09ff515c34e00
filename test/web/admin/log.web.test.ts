/** The daemon's own log in a real browser: as it grows, filtered, paused, cleared, searched, after a lost connection, and never as HTML. */
import assert from "node:assert/strict";
import { test } from "node:test";
import axe from "axe-core";
import type { Page } from "playwright-core";
import type { Mission } from "../mission.ts";
import { options, tour } from "../visit.ts";

const { mission, enter } = tour();

const journal = (page: Page) => page.locator(".journal");
const words = (page: Page) => page.locator(".journal-words").allTextContents();

/** Some of each level, process and part. */
function write({ log }: Mission): void {
  log.of("musterd").info({ child: "netboot", childPid: 4711 }, "child started");
  log.of("netboot").child({ part: "dhcp" }).debug({ mac: "52:54:00:00:00:01" }, "dhcp ignored");
  log.of("netboot").child({ part: "dhcp" }).warn("no address is left");
  log
    .of("control")
    .child({ part: "jobs" })
    .error({ err: new Error("disk full") }, "output not kept");
}

test("every process and part is there with its level, and failures with where they happened", options, async (t) => {
  const world = await mission(t);
  write(world);
  const page = await enter(world);
  await page.getByRole("link", { name: "Log", exact: true }).click();
  await journal(page).getByText("child started child=netboot childPid=4711").waitFor();
  const lines = await page.locator(".journal-line").allTextContents();
  assert.equal(lines.length, 4);
  assert.match(lines[2] ?? "", /^\d\d:\d\d:\d\d\.\d{3}warnnetboot\/dhcpno address is left$/);
  assert.match(lines[3] ?? "", /errorcontrol\/jobsoutput not kept\nError: disk full\n/);
  assert.match((await page.locator(".journal-line time").first().getAttribute("title")) ?? "", /= \d{4}-.*Z$/);
  assert.equal(await page.title(), "Log · Muster");
  world.log.of("executor").info("one more");
  await journal(page).getByText("one more").waitFor();
});

test("an empty log is shown as empty, not as loading", options, async (t) => {
  const page = await enter(await mission(t), "operator", "#/log");
  await page.getByText("The log is empty.").waitFor();
});

test("level, part and search are in the address, and come back with it", options, async (t) => {
  const world = await mission(t);
  write(world);
  const page = await enter(world, "operator", "#/log?level=warn");
  await page.getByText("2 lines", { exact: true }).waitFor();
  await page.getByLabel("Process or part").selectOption("dhcp");
  await page.getByText("1 line", { exact: true }).waitFor();
  assert.equal(new URL(page.url()).hash, "#/log?level=warn&part=dhcp");
  await page.getByText("Terminal commands").click();
  await page.getByText("muster log --level warn --part dhcp --follow").waitFor();
  await page.getByLabel("Minimum level").selectOption("trace");
  await page.getByLabel("Search the log").fill("IGNORED");
  await page.locator("mark", { hasText: "ignored" }).waitFor();
  assert.deepEqual(await words(page), ["dhcp ignored mac=52:54:00:00:00:01"]);
  await page.reload();
  await page.locator("mark", { hasText: "ignored" }).waitFor();
  await page.getByLabel("Search the log").fill("nothing like it");
  await page.getByText("No line matches.").waitFor();
  await page.getByRole("button", { name: "Show all lines" }).click();
  await page.getByText("4 lines", { exact: true }).waitFor();
});

test("a pause counts new lines, and a resume shows them", options, async (t) => {
  const world = await mission(t);
  write(world);
  const page = await enter(world, "operator", "#/log?level=info");
  await page.getByText("3 lines", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  for (const number of [1, 2, 3]) world.log.of("control").info(`later ${number}`);
  world.log.of("control").debug("not counted: it is not wanted");
  await page.getByText("Paused. 3 new lines.").waitFor();
  assert.equal((await words(page)).length, 3);
  await page.getByRole("button", { name: "Resume" }).click();
  await journal(page).getByText("later 3").waitFor();
  assert.equal((await words(page)).length, 6);
});

test("Ctrl+K clears the log, which can be undone, and opens the palette elsewhere", options, async (t) => {
  const world = await mission(t);
  write(world);
  const page = await enter(world, "operator", "#/log");
  await journal(page).getByText("no address is left").waitFor();
  await journal(page).focus();
  await page.keyboard.press("Control+k");
  await page.getByText("Cleared. New lines appear here").waitFor();
  assert.equal(await page.locator("dialog[open]").count(), 0);
  world.log.of("control").info("after it");
  await journal(page).getByText("after it").waitFor();
  assert.deepEqual(await words(page), ["after it"]);
  await page.getByRole("button", { name: "Show them" }).click();
  await page.getByText("5 lines", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Muster", exact: true }).focus();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to a machine" }).fill("messages of the daemon");
  await page.keyboard.press("Enter");
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.equal(new URL(page.url()).hash, "#/log");
});

test("markup and terminal control in a line are shown as text", options, async (t) => {
  const world = await mission(t);
  const evil = `<img src=x onerror="window.hit = 1"><script>window.hit = 1</script>`;
  world.log
    .of(`net<b>boot`)
    .child({ part: evil })
    .info({ hostname: evil, [evil]: evil }, `${evil} \x1b[2J\u202egnp.exe`);
  const page = await enter(world, "operator", "#/log");
  await journal(page).getByText("<img src=x").first().waitFor();
  assert.equal(await page.locator(".journal img, .journal script, .journal b").count(), 0);
  assert.equal(await page.evaluate("window.hit"), undefined);
  assert.match((await words(page))[0] ?? "", /^<img src=x onerror="window\.hit = 1"><script>window\.hit = 1<\/script> gnp\.exe hostname=/);
  const option = page.getByLabel("Process or part").locator("option", { hasText: "onerror" });
  assert.equal(await option.textContent(), evil);
});

test(
  "ten thousand lines of different heights: only visible lines are drawn, and the log follows its end until the user scrolls",
  options,
  async (t) => {
    const world = await mission(t);
    const control = world.log.of("control");
    for (let number = 0; number < 9_900; number++) control.info(`line ${number} ${"word ".repeat(number % 60)}`);
    const page = await enter(world, "operator", "#/log");
    await journal(page)
      .getByText(/^line 9899 /)
      .waitFor();
    assert.ok((await page.locator(".journal-line").count()) < 200);
    const kept = Number((await page.getByText(/^\d+ lines$/).textContent())?.split(" ")[0]);
    assert.ok(kept >= 5000 && kept <= 9_900, String(kept));
    await journal(page).focus();
    await page.keyboard.press("Home");
    await journal(page)
      .getByText(new RegExp(`^line ${9_900 - kept} `))
      .waitFor();
    control.info("written while the user reads");
    await page.getByText(`${kept + 1} lines`, { exact: true }).waitFor();
    assert.equal(await journal(page).evaluate((box) => box.scrollTop), 0);
    await page.getByRole("button", { name: "Jump to the end" }).click();
    await journal(page).getByText("written while the user reads").waitFor();
    // The drawn height equals the computed height. Otherwise lines at the end would be cut off.
    const off = await journal(page).evaluate((box) => {
      const last = box.querySelector("li:last-child")?.getBoundingClientRect().bottom ?? 0;
      return Math.abs(last - (box.querySelector(".journal-sheet")?.getBoundingClientRect().bottom ?? 0));
    });
    assert.ok(off < 2, `${off} px off`);
  },
);

test("on a phone lines wrap, nothing is wider than the screen, and heights are as computed", options, async (t) => {
  const world = await mission(t);
  write(world);
  for (let number = 0; number < 300; number++) world.log.of("control").info({ path: "/a/long/path".repeat(number % 9) }, `line ${number}`);
  const page = await enter(world, "operator", "#/log");
  await page.setViewportSize({ width: 360, height: 740 });
  await page.locator(".journal.narrow").waitFor();
  await journal(page)
    .getByText(/^line 299/)
    .waitFor();
  const sizes =
    await page.evaluate(`({ page: document.documentElement.scrollWidth, box: document.querySelector(".journal").scrollWidth - document.querySelector(".journal").clientWidth,
    off: Math.abs(document.querySelector(".journal li:last-child").getBoundingClientRect().bottom - document.querySelector(".journal-sheet").getBoundingClientRect().bottom) })`);
  assert.deepEqual({ ...(sizes as object), off: undefined }, { page: 360, box: 0, off: undefined });
  assert.ok((sizes as { off: number }).off < 2);
});

test("a lost connection loses no line and doubles none", options, async (t) => {
  const world = await mission(t);
  const page = await enter(world, "operator", "#/log");
  const line = (number: number) => world.log.of("control").info(`line ${number}`);
  for (let number = 0; number < 50; number++) line(number);
  await journal(page).getByText("line 49", { exact: true }).waitFor();
  await world.hangUp();
  for (let number = 50; number < 100; number++) line(number);
  await page.getByText("Reconnecting").waitFor();
  await world.comeBack();
  await page.getByText("100 lines", { exact: true }).waitFor();
  await page.getByLabel("Search the log").fill("line 5");
  await page.getByText("11 lines", { exact: true }).waitFor();
  assert.deepEqual(await words(page), ["line 5", ...Array.from({ length: 10 }, (_, index) => `line 5${index}`)]);
});

test("a viewer sees that the log requires an operator, and stays connected", options, async (t) => {
  const world = await mission(t);
  write(world);
  const page = await enter(world, "viewer", "#/log");
  await page.getByRole("heading", { name: "The daemon's log requires the role operator" }).waitFor();
  await page.getByText("Your key's role is viewer").first().waitFor();
  assert.equal(await page.locator(".journal").count(), 0);
  await page.getByText("Live", { exact: true }).waitFor();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the log is without a fault that axe knows, ${colorScheme}`, options, async (t) => {
    const world = await mission(t);
    write(world);
    const page = await enter(world, "operator", "#/log?q=address");
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.locator("mark").waitFor();
    await page.evaluate(axe.source);
    const found = await page.evaluate(
      `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 160)).slice(0, 3).join(" | ")))`,
    );
    assert.deepEqual(found, []);
  });
}
