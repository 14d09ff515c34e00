/**
 * Measures the page with an empty cache, then its cards and its table while machines change. The last line of the
 * output is JSON.
 */
import { parseArgs } from "node:util";
import { startBrowser } from "../../test/web/browser.ts";
import { answer } from "../lab/answer.ts";
import { oneOf, whole } from "../lab/arguments.ts";
import { type FirstLoad, loadCold } from "./page-load.ts";
import { type Storm, type View, type Weathered, weather } from "./page-storm.ts";

const usage = `usage: npm run bench:page -- [options]

  --nodes N       machines (default 300)
  --rate N        changes per second (default 100)
  --seconds N     duration of the load for each view (default 60)
  --only PART     load, cards or table (default: all three)
`;

const parts = ["load", "cards", "table"] as const;
type Wanted = Storm & { only: readonly (typeof parts)[number][] };

process.exitCode = await answer({ name: "npm run bench:page", usage, read: readArguments }, main);
process.exit();

function readArguments(args: string[]): Wanted | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: { nodes: text, rate: text, seconds: text, only: text, help: { type: "boolean", short: "h" } },
  });
  if (values.help) return undefined;
  return {
    nodes: whole("nodes", values.nodes ?? "300", 1, 5000),
    rate: whole("rate", values.rate ?? "100", 1, 2000),
    seconds: whole("seconds", values.seconds ?? "60", 1, 3600),
    only: values.only === undefined ? parts : [oneOf("only", values.only, parts)],
  };
}

async function main({ only, ...storm }: Wanted): Promise<number> {
  const visitor = await startBrowser();
  const figures: Record<string, number> = {};
  const take = (more: Record<string, number>) => {
    for (const [name, value] of Object.entries(more)) figures[name] = Math.round(value * 1000) / 1000;
  };
  try {
    if (only.includes("load")) {
      const { login, fleet } = await loadCold(visitor, storm.nodes);
      process.stdout.write(`first load, cold cache\n${ofLoad("login", login)}${ofLoad(`${storm.nodes} machines`, fleet)}`);
      take({ first_load_kb_gzip: fleet.kbGzip, interactive_ms: login.interactiveMs, fleet_interactive_ms: fleet.interactiveMs });
      take({ fcp_ms: fleet.firstPaintMs, lcp_ms: fleet.largestPaintMs, tbt_ms: fleet.blockedMs, cls: fleet.layoutShift });
    }
    for (const view of ["cards", "table"] as const) {
      if (!only.includes(view)) continue;
      const weathered = await weather(visitor, view, storm);
      process.stdout.write(ofStorm(view, storm, weathered));
      take(keysOf(view, weathered));
    }
  } finally {
    await visitor.close();
  }
  console.log(JSON.stringify({ bench: "page", ...figures }));
  return (figures.cards_untrue ?? 0) + (figures.table_untrue ?? 0) === 0 ? 0 : 1;
}

function ofLoad(what: string, load: FirstLoad): string {
  return (
    `  ${what.padEnd(14)} ${load.requests} files, ${load.kbGzip.toFixed(1)} kB gzipped; first paint ${ms(load.firstPaintMs)}, largest ` +
    `${ms(load.largestPaintMs)}, handles a key after ${ms(load.interactiveMs)}; blocked ${ms(load.blockedMs)}, layout shift ${load.layoutShift.toFixed(3)}\n`
  );
}

function ofStorm(view: View, { nodes, rate, seconds }: Storm, weathered: Weathered): string {
  return (
    `${nodes} machines as ${view}, ${rate} changes per second, ${seconds} s\n` +
    `  main thread busy for: p50 ${ms(weathered.p50Ms)}, p95 ${ms(weathered.p95Ms)}, p99 ${ms(weathered.p99Ms)} (${weathered.probes} probes)\n` +
    `  tasks over 50 ms: ${weathered.longTasks}, the longest ${ms(weathered.longestTaskMs)}\n` +
    `  heap: ${weathered.heapBeforeMb.toFixed(1)} MB before, ${weathered.heapAfterMb.toFixed(1)} MB after\n` +
    `  machines whose phase on the page differs from the daemon's: ${weathered.untrue}\n`
  );
}

function keysOf(view: View, { p95Ms, p99Ms, longTasks, heapBeforeMb, heapAfterMb, untrue }: Weathered): Record<string, number> {
  return {
    [`${view}_task_p95_ms`]: p95Ms,
    [`${view}_task_p99_ms`]: p99Ms,
    [`${view}_long_tasks`]: longTasks,
    [`${view}_heap_before_mb`]: heapBeforeMb,
    [`${view}_heap_after_mb`]: heapAfterMb,
    [`${view}_untrue`]: untrue,
  };
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
