/** The page under a storm: machines that change many times a second. How long its tasks take, what its heap does, and whether it ends true. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { startBrowser } from "../../test/web/browser.ts";
import { type Mission, startMission } from "../../test/web/mission.ts";
import { answer } from "../lab/answer.ts";
import { oneOf, whole } from "../lab/arguments.ts";

const usage = `usage: npm run bench:page -- [options]

  --nodes N       machines (default 300)
  --rate N        changes a second (default 100)
  --seconds N     for how long (default 60)
  --view KIND     cards or table (default cards)
`;

interface Wanted {
  nodes: number;
  rate: number;
  seconds: number;
  view: "cards" | "table";
}

const TURN_MS = 50;

process.exitCode = await answer({ name: "npm run bench:page", usage, read: readArguments }, main);
process.exit();

function readArguments(args: string[]): Wanted | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: { nodes: text, rate: text, seconds: text, view: text, help: { type: "boolean", short: "h" } },
  });
  if (values.help) return undefined;
  return {
    nodes: whole("nodes", values.nodes ?? "300", 1, 5000),
    rate: whole("rate", values.rate ?? "100", 1, 2000),
    seconds: whole("seconds", values.seconds ?? "60", 1, 3600),
    view: oneOf("view", values.view ?? "cards", ["cards", "table"] as const),
  };
}

async function main({ nodes, rate, seconds, view }: Wanted): Promise<number> {
  const visitor = await startBrowser();
  const world = await startMission(visitor.pageRoot);
  try {
    const ids = Array.from({ length: nodes }, (_, index) => add(world, index));
    const page = await visitor.visit(`${world.url}#/?view=${view}`);
    await page.getByLabel("API key").fill(world.key("viewer"));
    await page.getByRole("button", { name: "Log in" }).click();
    await page
      .locator("[data-node]")
      .nth(nodes - 1)
      .waitFor({ state: "attached" });
    await sleep(2000);
    const before = await heapMb(page);
    // Every task is seen, not only those the browser calls long: a message to oneself waits for whatever runs.
    await page.evaluate(`
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
    `);
    await storm(world, ids, rate, seconds);
    await sleep(1000);
    const waits = ((await page.evaluate("window.waits")) as number[]).sort((a, b) => a - b);
    const long = (await page.evaluate("window.long")) as number[];
    const p = (share: number) => (waits[Math.floor(waits.length * share)] ?? 0).toFixed(1);
    const wrong = await untrue(page, world);
    process.stdout.write(
      `${nodes} machines as ${view}, ${rate} changes a second, ${seconds} s\n` +
        `main thread busy for: p50 ${p(0.5)} ms, p95 ${p(0.95)} ms, p99 ${p(0.99)} ms, at most ${p(0.9999)} ms (${waits.length} probes)\n` +
        `tasks over 50 ms: ${long.length}${long.length > 0 ? `, the longest ${Math.max(...long)} ms` : ""}\n` +
        `heap: ${before.toFixed(1)} MB before, ${(await heapMb(page)).toFixed(1)} MB after\n` +
        `machines whose phase on the page is not the daemon's: ${wrong}\n`,
    );
    return wrong === 0 ? 0 : 1;
  } finally {
    await visitor.leave();
    await world.stop();
    await visitor.close();
  }
}

function add(world: Mission, index: number): string {
  const now = new Date().toISOString();
  const macs = [`52:54:00:00:${(index >> 8).toString(16).padStart(2, "0")}:${(index & 255).toString(16).padStart(2, "0")}`];
  const id = `storm-${index}`;
  world.registry.add(
    { id, name: `storm-${index}`, macs, state: { phase: "accepted" }, facts: {}, createdAt: now, updatedAt: now },
    { source: "control", type: "node.discovered", summary: "made for a measurement" },
  );
  return id;
}

async function storm(world: Mission, ids: readonly string[], rate: number, seconds: number): Promise<void> {
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
