/**
 * Measures the page while machines change many times a second. The figures are the length of tasks, the growth of the
 * heap, and the number of wrongly shown phases at the end.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import type { Visitor } from "../../test/web/browser.ts";
import { type Mission, startMission } from "../../test/web/mission.ts";

export type View = "cards" | "table";

export interface Storm {
  nodes: number;
  rate: number;
  seconds: number;
}

export interface Weathered {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  probes: number;
  longTasks: number;
  longestTaskMs: number;
  heapBeforeMb: number;
  heapAfterMb: number;
  /** The number of machines whose phase on the page differs from the phase in the daemon. */
  untrue: number;
}

const TURN_MS = 50;

/**
 * Measures every task, including short tasks. The page sends a message to itself, and the message waits until the
 * running task ends.
 */
const probe = `
  window.waits = [];
  const channel = new MessageChannel();
  let asked = performance.now();
  channel.port1.onmessage = () => {
    window.waits.push(performance.now() - asked);
    setTimeout(() => { asked = performance.now(); channel.port2.postMessage(0); }, 5);
  };
  channel.port2.postMessage(0);
  window.long = [];
  new PerformanceObserver((list) => window.long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
`;

export async function weather(visitor: Visitor, view: View, wanted: Storm): Promise<Weathered> {
  const world = await startMission(visitor.pageRoot);
  try {
    const ids = settle(world, wanted.nodes);
    const page = await visitor.visit(`${world.url}#/?view=${view}`);
    await page.getByLabel("API key").fill(world.key("viewer"));
    await page.getByRole("button", { name: "Log in" }).click();
    await page
      .locator("[data-node]")
      .nth(wanted.nodes - 1)
      .waitFor({ state: "attached" });
    await sleep(2000);
    const heapBeforeMb = await heapMb(page);
    await page.evaluate(probe);
    await storm(world, ids, wanted);
    await sleep(1000);
    const waits = ((await page.evaluate("window.waits")) as number[]).sort((a, b) => a - b);
    const long = (await page.evaluate("window.long")) as number[];
    const p = (share: number) => waits[Math.floor(waits.length * share)] ?? 0;
    return {
      p50Ms: p(0.5),
      p95Ms: p(0.95),
      p99Ms: p(0.99),
      probes: waits.length,
      longTasks: long.length,
      longestTaskMs: Math.max(0, ...long),
      heapBeforeMb,
      heapAfterMb: await heapMb(page),
      untrue: await untrue(page, world),
    };
  } finally {
    await visitor.leave();
    await world.stop();
  }
}

/** Creates accepted machines and returns their node ids. */
export function settle(world: Mission, nodes: number): string[] {
  return Array.from({ length: nodes }, (_, index) => {
    const now = new Date().toISOString();
    const macs = [`52:54:00:00:${(index >> 8).toString(16).padStart(2, "0")}:${(index & 255).toString(16).padStart(2, "0")}`];
    const id = `storm-${index}`;
    world.registry.add(
      { id, name: id, macs, state: { phase: "accepted" }, facts: {}, createdAt: now, updatedAt: now },
      { source: "control", type: "node.discovered", summary: "added by the benchmark" },
    );
    return id;
  });
}

async function storm(world: Mission, ids: readonly string[], { rate, seconds }: Storm): Promise<void> {
  const started = performance.now();
  for (let done = 0; performance.now() - started < seconds * 1000; ) {
    const due = Math.floor(((performance.now() - started) / 1000) * rate);
    for (; done < due; done++) {
      const at = new Date().toISOString();
      const id = ids[(done * 7) % ids.length] ?? "";
      const state =
        done % 3 === 0 ? ({ phase: "ready", since: at } as const) : ({ phase: "configure-failed", reason: `storm ${done}`, at } as const);
      world.registry.update(id, (was) => ({
        node: { ...was, state },
        event: { source: "control", type: "node.changed", summary: `change ${done}` },
      }));
    }
    await sleep(TURN_MS);
  }
}

async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize / 1e6;
}

async function untrue(page: Page, world: Mission): Promise<number> {
  const shown = (await page.evaluate(
    "[...document.querySelectorAll('[data-node]')].map((each) => [each.dataset.node, each.querySelector('[data-phase]')?.dataset.phase])",
  )) as [string, string][];
  const phases = new Map(shown);
  return world.nodes.list().filter(({ name, state }) => phases.get(name) !== state.phase).length;
}
