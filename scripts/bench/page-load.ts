/** The first load on a cold cache: what comes over the wire, when something is seen, when it heeds a key, as Lighthouse names these. */
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
  /** From the navigation until the first key pressed has been handled and drawn. */
  interactiveMs: number;
  /** What tasks took beyond 50 ms each, until then. */
  blockedMs: number;
  layoutShift: number;
}

const ROUNDS = 7;

/** Entries from before it looked count too. */
const observe = `
  window.seen = { largest: 0, blocked: 0, shift: 0, handled: 0 };
  const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch("largest-contentful-paint", ({ startTime }) => { window.seen.largest = startTime; });
  watch("longtask", ({ duration }) => { if (window.seen.handled === 0) window.seen.blocked += duration - 50; });
  watch("layout-shift", ({ value, hadRecentInput }) => { if (!hadRecentInput) window.seen.shift += value; });
  addEventListener("keydown", () => requestAnimationFrame(() => setTimeout(() => { window.seen.handled ||= performance.now(); })));
`;

/** Of the login, as somebody new meets it, and of a fleet of so many machines behind it, as somebody with a session does. */
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
      // A page of its own each time: cookies are handed on, nothing that is cached.
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
    // What the daemon answers of the fleet grows with the fleet and is not the page.
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

/** The round in the middle, by when it heeded a key. */
function middle(rounds: FirstLoad[]): FirstLoad {
  const [found] = rounds.sort((a, b) => a.interactiveMs - b.interactiveMs).slice(rounds.length >> 1);
  if (!found) throw new Error("nothing was measured");
  return found;
}
