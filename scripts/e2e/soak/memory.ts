/** How much memory the daemon's processes hold, and whether it grows: samples, and the line through them. */
import { readdirSync, readFileSync } from "node:fs";

export interface Sample {
  process: "control" | "netboot";
  pid: number;
  at: number;
  mb: number;
}

/** The daemon's child of this name, by its command line; nothing while it is being started again. */
export function childPid(dataDir: string, name: string): number | undefined {
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const args = read(`/proc/${entry}/cmdline`).split("\0");
    const at = args.indexOf("child");
    if (args[0]?.endsWith("node") && args[at + 1] === name && args.includes(dataDir)) return Number(entry);
  }
  return undefined;
}

export function residentMb(pid: number): number | undefined {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1];
  return kb === undefined ? undefined : Number(kb) / 1024;
}

/** Least squares; what `y` grows by for each unit of `x`. */
export function slope(points: readonly { x: number; y: number }[]): number {
  if (points.length < 2) return 0;
  const mean = (of: (point: { x: number; y: number }) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

export interface Growth {
  /** Megabytes an hour. */
  perHour: number;
  /** Along the line, over the time looked at. */
  riseMb: number;
  lastMb: number;
}

const HOUR_MS = 3_600_000;

/** A process that lives through it all, from `since` on: before that it is still filling its caches. */
export function growthOf(samples: readonly Sample[], since: number): Growth {
  const steady = samples.filter(({ at }) => at >= since);
  const perMs = slope(steady.map(({ at, mb }) => ({ x: at, y: mb })));
  const span = (steady.at(-1)?.at ?? 0) - (steady[0]?.at ?? 0);
  return { perHour: perMs * HOUR_MS, riseMb: perMs * span, lastMb: steady.at(-1)?.mb ?? 0 };
}

/** Of a process that is killed again and again: what each of its lives, but for the first and a cut last one, had come to. */
export function lastOfEachLife(samples: readonly Sample[]): Sample[] {
  const last = new Map<number, Sample>();
  for (const sample of samples) last.set(sample.pid, sample);
  return [...last.values()].slice(1, -1);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // it ended
  }
}
