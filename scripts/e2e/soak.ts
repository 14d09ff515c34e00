/**
 * `npm run e2e:soak` runs many simulated machines that boot and reboot. Meanwhile it kills the netboot process every
 * minute. This file handles the arguments, the signals, the report and the exit code.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { answer } from "../lab/answer.ts";
import { whole } from "../lab/arguments.ts";
import { noNetwork } from "../lab/network.ts";
import { openHall, type SoakHall } from "./soak/hall.ts";
import { readJournal } from "./soak/journal.ts";
import { judge } from "./soak/judge.ts";
import { childPid, residentMb, type Sample } from "./soak/memory.ts";
import { type Course, conclude } from "./soak/report.ts";

const usage = `usage: npm run e2e:soak -- [options]

Simulated machines behind a DHCP relay boot and reboot through the daemon's real sockets: DHCP, TFTP and boot scripts. Some
are armed, installed and call home. netboot is killed with SIGKILL again and again, and its supervisor restarts it. At the end,
the log of every machine is compared with its timeline. Exit code 1 when a guarantee was violated. Needs root.

  --machines N        number of machines (default 2000)
  --minutes N         duration (default 20)
  --kill-seconds N    seconds between two kills (default 60)
  --installs N        number of machines that are armed during the run (default 40)
  --up-seconds N      average time a system runs between two boots (default 45)
`;

interface Wanted {
  machines: number;
  minutes: number;
  killSeconds: number;
  installs: number;
  upSeconds: number;
}

const SAMPLE_MS = 2_000;
const RAMP_SHARE = 0.05;
const say = (line: string) => process.stdout.write(`[${new Date().toISOString().slice(11, 19)}] ${line}\n`);

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stopping.abort());
process.exitCode = await answer({ name: "e2e:soak", usage, read: readArguments }, main);
process.exit();

async function main(wanted: Wanted): Promise<number> {
  if (noNetwork) {
    process.stderr.write(`e2e:soak: ${noNetwork}\n`);
    return 2;
  }
  const hall = await openHall(wanted.machines);
  let verdict = 1;
  try {
    verdict = await soak(hall, wanted);
  } catch (error) {
    if (stopping.signal.aborted) verdict = 130;
    else process.stderr.write(`e2e:soak: ${error instanceof Error ? error.message : error}\n${hall.daemon.log().slice(-2000)}\n`);
  } finally {
    await hall.stop(verdict === 1);
  }
  if (verdict === 1) process.stderr.write(`Journal, database and log of the daemon are kept in ${hall.folder}\n`);
  return verdict;
}

function readArguments(argv: string[]): Wanted | undefined {
  const { values } = parseArgs({
    args: argv,
    options: {
      help: { type: "boolean", short: "h" },
      machines: { type: "string", default: "2000" },
      minutes: { type: "string", default: "20" },
      "kill-seconds": { type: "string", default: "60" },
      installs: { type: "string", default: "40" },
      "up-seconds": { type: "string", default: "45" },
    },
  });
  if (values.help) return undefined;
  return {
    machines: whole("machines", values.machines, 1, 10_000),
    minutes: whole("minutes", values.minutes, 1, 24 * 60),
    killSeconds: whole("kill-seconds", values["kill-seconds"], 5, 3600),
    installs: whole("installs", values.installs, 0, 1000),
    upSeconds: whole("up-seconds", values["up-seconds"], 1, 3600),
  };
}

async function soak(hall: SoakHall, { machines, minutes, killSeconds, installs, upSeconds }: Wanted): Promise<number> {
  const lastsMs = minutes * 60_000;
  say(`${machines} machines for ${minutes} minutes; netboot is killed every ${killSeconds} s; logs are in ${hall.folder}`);
  const rampSeconds = Math.min(60, (lastsMs / 1000) * RAMP_SHARE);
  const failed = hall.switchOn({ rampSeconds, upSeconds: [upSeconds * 0.5, upSeconds * 1.5] });
  const course: Course = { startedAt: Date.now(), endedAt: 0, kills: [], samples: [] };
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, stopping.signal]);
  const armed = new Map<string, number>();
  const running = [
    every(SAMPLE_MS, until, () => sample(hall, course.samples)),
    every(killSeconds * 1000, until, () => kill(hall, course.kills)),
    every(installs === 0 ? lastsMs * 2 : (lastsMs * 0.8) / installs, until, () => armNext(hall, armed, installs)),
  ];
  try {
    const how = await Promise.race([failed, sleep(lastsMs, undefined, { signal: stopping.signal }), ...running]);
    if (how !== undefined) throw new Error(`the load ended with ${how}`);
  } finally {
    over.abort();
  }
  course.endedAt = Date.now();
  say("The time is up; reading the timelines");
  await hall.rest();
  const timelines = hall.timelines();
  const verdict = judge({ journal: readJournal(hall.journal), timelines, armed, configured: hall.configured(), kills: course.kills });
  const { lines, kept } = conclude({ verdict, course, machines, minutes });
  process.stdout.write(`${lines.join("\n")}\n`);
  return kept ? 0 : 1;
}

/** The returned promise never resolves. If `work` fails, the promise rejects, and the whole endurance test (soak) fails. */
async function every(ms: number, until: AbortSignal, work: () => void | Promise<void>): Promise<never> {
  const never = new Promise<never>(() => {});
  for (;;) {
    await sleep(ms, undefined, { signal: until }).catch(() => undefined);
    if (until.aborted) return never;
    await work();
  }
}

function sample(hall: SoakHall, samples: Sample[]): void {
  for (const process of ["control", "netboot"] as const) {
    const pid = childPid(hall.dataDir, process);
    const mb = pid === undefined ? undefined : residentMb(pid);
    if (pid !== undefined && mb !== undefined) samples.push({ process, pid, at: Date.now(), mb });
  }
}

function kill(hall: SoakHall, kills: number[]): void {
  const pid = childPid(hall.dataDir, "netboot");
  if (pid === undefined) throw new Error("netboot did not restart after a kill");
  process.kill(pid, "SIGKILL");
  kills.push(Date.now());
  say(`killed netboot ${pid} (${kills.length})`);
}

/**
 * Allows the next machine in service to install again (arms the machine). The armed machines are spread evenly over
 * all machines.
 */
async function armNext(hall: SoakHall, armed: Map<string, number>, installs: number): Promise<void> {
  if (armed.size >= installs) return;
  const machine = hall.machines[Math.floor((armed.size * hall.machines.length) / installs)];
  if (!machine || armed.has(machine.mac)) return;
  armed.set(machine.mac, 1);
  await hall.arm(machine);
}
