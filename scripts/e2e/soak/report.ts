/** Reports the result of a soak: a table for people, a JSON line for programs, and whether every guarantee held. Pure. */
import type { Verdict } from "./judge.ts";
import { type Growth, growthOf, lastOfEachLife, type Sample } from "./memory.ts";

export interface Course {
  startedAt: number;
  endedAt: number;
  kills: number[];
  samples: Sample[];
}

/** A rise of the fitted line by at most this many MB counts as flat, because a heap normally varies. */
const FLAT_RISE_MB = 16;
const MOST_REASONS = 5;
/** Samples from the beginning of the run do not count, because the caches of a process still fill. */
const WARM_SHARE = 0.3;

export function conclude({ verdict, course, machines, minutes }: { verdict: Verdict; course: Course; machines: number; minutes: number }) {
  const warmAt = course.startedAt + (course.endedAt - course.startedAt) * WARM_SHARE;
  const of = (process: Sample["process"]) => course.samples.filter((sample) => sample.process === process);
  const control = growthOf(of("control"), warmAt);
  // Each netboot process runs for at most a minute, so successive processes are compared with each other.
  const netboot = growthOf(lastOfEachLife(of("netboot")), course.startedAt);
  const isFlat = ({ riseMb }: Growth) => riseMb <= FLAT_RISE_MB;
  const gaveUp = [...verdict.gaveUp.values()].reduce((sum, each) => sum + each, 0);
  const promises: [what: string, broken: number | boolean, more: string][] = [
    ["no address belonged to two machines", verdict.duplicates, `${verdict.boots} boots`],
    ["no machine was installed twice for one arming", verdict.reinstalls, `${verdict.installs} installs`],
    ["no install key opened anything after its use", verdict.staleKeys, ""],
    ["no machine was configured twice", verdict.reconfigured, ""],
    [
      "every timeline is complete and in order",
      verdict.timelinesIncomplete,
      `${verdict.witnessed} steps; ${verdict.lostToKills} answered at the moment of a kill and therefore not saved`,
    ],
    ["control's memory is flat", !isFlat(control), memory(control)],
    ["netboot's memory does not grow from one life to the next", !isFlat(netboot), memory(netboot)],
    ["machines booted at all", verdict.boots === 0, `${gaveUp} boots given up and started again`],
  ];
  const kept = promises.every(([, broken]) => !broken);
  const rows = promises.map(
    ([what, broken, more]) => `| ${what} | ${broken ? `BROKEN${broken === true ? "" : ` (${broken})`}` : "kept"} | ${more} |`,
  );
  const figures = {
    machines,
    minutes,
    kills: course.kills.length,
    boots: verdict.boots,
    boots_given_up: gaveUp,
    boot_ms_median: verdict.bootMs.median,
    boot_ms_p99: verdict.bootMs.p99,
    installs: verdict.installs,
    duplicates: verdict.duplicates,
    reinstalls: verdict.reinstalls,
    stale_keys: verdict.staleKeys,
    reconfigured: verdict.reconfigured,
    steps: verdict.witnessed,
    steps_missing: verdict.missing,
    steps_disordered: verdict.disordered,
    steps_lost_to_kills: verdict.lostToKills,
    timelines_incomplete: verdict.timelinesIncomplete,
    rss_slope_mb_per_hour: Math.round(Math.max(control.perHour, netboot.perHour)),
    rss_rise_mb: Math.round(Math.max(control.riseMb, netboot.riseMb) * 10) / 10,
  };
  const lines = ["", "| promise | | |", "|---|---|---|", ...rows, "", ...remarks(verdict), JSON.stringify(figures)];
  return { lines, kept };
}

function remarks({ bootMs, gaveUp, problems }: Verdict): string[] {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  return [
    `From power on to the script: median ${seconds(bootMs.median)}, p99 ${seconds(bootMs.p99)}, worst ${seconds(bootMs.worst)}.`,
    ...[...gaveUp].slice(0, MOST_REASONS).map(([why, times]) => `  given up ${times} times: ${why}`),
    ...problems.map((each) => `  ${each}`),
  ];
}

const memory = ({ perHour, riseMb, lastMb }: Growth) =>
  `${lastMb.toFixed(0)} MB at the end, ${riseMb.toFixed(1)} MB along its line, ${perHour.toFixed(0)} MB/h`;
