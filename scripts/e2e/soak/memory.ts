/** Samples the memory of the daemon's processes, and fits a line to the samples in order to find growth. */
import { readdirSync, readFileSync } from "node:fs";

export interface Sample {
  process: "control" | "netboot";
  pid: number;
  at: number;
  mb: number;
}

/** Finds the daemon's child process with this name by its command line. Returns undefined while the child process restarts. */
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

/** Fits a line by least squares and returns the growth of `y` for each unit of `x`. */
export function slope(points: readonly { x: number; y: number }[]): number {
  if (points.length < 2) return 0;
  const mean = (of: (point: { x: number; y: number }) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

export interface Growth {
  /** The growth in megabytes per hour. */
  perHour: number;
  /** The rise of the fitted line over the observed time. */
  riseMb: number;
  lastMb: number;
}

const HOUR_MS = 3_600_000;

/**
 * Computes the memory growth of a process that runs the whole time. Samples before `since` do not count, because the
 * caches still fill.
 */
export function growthOf(samples: readonly Sample[], since: number): Growth {
  const steady = samples.filter(({ at }) => at >= since);
  const perMs = slope(steady.map(({ at, mb }) => ({ x: at, y: mb })));
  const span = (steady.at(-1)?.at ?? 0) - (steady[0]?.at ?? 0);
  return { perHour: perMs * HOUR_MS, riseMb: perMs * span, lastMb: steady.at(-1)?.mb ?? 0 };
}

/**
 * Returns the last memory sample of each process that was killed. The samples of the first process and of the process
 * that still runs are left out.
 */
export function lastOfEachLife(samples: readonly Sample[]): Sample[] {
  const last = new Map<number, Sample>();
  for (const sample of samples) last.set(sample.pid, sample);
  return [...last.values()].slice(1, -1);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // the process ended
  }
}
