/**
 * Measures the first load of the page with an empty cache. The main figures are the transferred bytes, the first
 * paint, and the time until a key press is handled. The figures have the same names as in the tool Lighthouse.
 */
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import type { Visitor } from "../../test/web/browser.ts";
import { startMission } from "../../test/web/mission.ts";
import { settle } from "./page-storm.ts";

export interface FirstLoad {
  requests: number;
  kbGzip: number;
  firstPaintMs: number;
  largestPaintMs: number;
  /** The time from the navigation until the first key press has been handled and drawn. */
  interactiveMs: number;
  /** The sum of the times by which single tasks exceeded 50 ms, until the first key press was handled. */
  blockedMs: number;
  layoutShift: number;
}

const ROUNDS = 7;

/** A buffered observer also receives the entries that were recorded before its creation. */
const observe = `
  window.seen = { largest: 0, blocked: 0, shift: 0, handled: 0 };
  const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch("largest-contentful-paint", ({ startTime }) => { window.seen.largest = startTime; });
  watch("longtask", ({ duration }) => { if (window.seen.handled === 0) window.seen.blocked += duration - 50; });
  watch("layout-shift", ({ value, hadRecentInput }) => { if (!hadRecentInput) window.seen.shift += value; });
  addEventListener("keydown", () => requestAnimationFrame(() => setTimeout(() => { window.seen.handled ||= performance.now(); })));
`;

/** Measures the login page for a new visitor, and the fleet page with `nodes` machines for a visitor with a session. */
export async function loadCold(visitor: Visitor, nodes: number): Promise<{ login: FirstLoad; fleet: FirstLoad }> {
  const world = await startMission(visitor.pageRoot);
  try {
    settle(world, nodes);
    const door = await visitor.visit(world.url);
    await door.getByLabel("API key").fill(world.key("viewer"));
    await door.getByRole("button", { name: "Log in" }).click();
    await door.locator("[data-node]").first().waitFor();
    const cookies = await door.context().cookies();
    const login: FirstLoad[] = [];
    const fleet: FirstLoad[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      // Each round opens a new page that has the cookies but an empty cache.
      const stranger = await visitor.visit("about:blank");
      login.push(await load(stranger, world.url, () => stranger.getByLabel("API key").press("m")));
      const member = await visitor.visit("about:blank");
      await member.context().addCookies(cookies);
      const filter = member.getByLabel(/^Filter by/);
      fleet.push(
        await load(member, world.url, async () => {
          await member.locator("[data-node]").first().waitFor();
          await filter.press("s");
        }),
      );
      await stranger.context().close();
      await member.context().close();
    }
    return { login: middle(login), fleet: middle(fleet) };
  } finally {
    await visitor.leave();
    await world.stop();
  }
}

async function load(page: Page, url: string, press: () => Promise<void>): Promise<FirstLoad> {
  const bodies: Promise<Buffer>[] = [];
  page.on("requestfinished", (request) => {
    // The size of an API answer depends on the fleet and not on the page, so it does not count.
    if (!new URL(request.url()).pathname.startsWith("/api/"))
      bodies.push(request.response().then((response) => response?.body() ?? Buffer.of()));
  });
  await page.addInitScript(observe);
  await page.goto(url, { waitUntil: "commit" });
  await press();
  await page.waitForFunction("window.seen.handled > 0");
  await page.waitForLoadState("networkidle");
  const seen = (await page.evaluate(
    `({ ...window.seen, first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0 })`,
  )) as Record<"largest" | "blocked" | "shift" | "handled" | "first", number>;
  const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
  return {
    requests: sizes.length,
    kbGzip: sizes.reduce((sum, size) => sum + size, 0) / 1000,
    firstPaintMs: seen.first,
    largestPaintMs: seen.largest,
    interactiveMs: seen.handled,
    blockedMs: seen.blocked,
    layoutShift: seen.shift,
  };
}

/** Returns the round with the median time until a key press is handled. */
function middle(rounds: FirstLoad[]): FirstLoad {
  const [found] = rounds.sort((a, b) => a.interactiveMs - b.interactiveMs).slice(rounds.length >> 1);
  if (!found) throw new Error("nothing was measured");
  return found;
}
