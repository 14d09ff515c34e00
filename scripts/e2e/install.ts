/**
 * `npm run e2e:install` runs the whole Debian installer on a machine. This file handles the arguments, the signals,
 * the report and the exit code.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DEFAULT_SUITE, installerFolder } from "../../daemon/contract/netboot/suite.ts";
import { answer } from "../lab/answer.ts";
import { oneOf, whole } from "../lab/arguments.ts";
import { defaultCache, prepareAssets } from "../lab/assets.ts";
import { buildUdebOverlay } from "../lab/udeb-overlay/build.ts";
import { buildBench, MACHINE } from "./bench.ts";
import { followToReady, resetAndBootDisk } from "./journey.ts";
import { type Moment, spans, table } from "./moments.ts";

const usage = `usage: npm run e2e:install -- [options]

A QEMU machine with an empty disk runs the unattended Debian installer (profile preseed) until it is ready. Then it is reset.
It must boot its disk, although its firmware tries the network first. Takes about half an hour under emulation. Needs root.

  --firmware KIND  bios or uefi (default bios)
  --minutes N      time limit until the machine is ready (default 60)
  --cache DIR      where boot files are kept between runs
`;

interface Wanted {
  firmware: "bios" | "uefi";
  limitSeconds: number;
  cache: string;
}

let started = Date.now();
const say = (line: string) => process.stdout.write(`[${clock((Date.now() - started) / 1000)}] ${line}\n`);
const clock = (seconds: number) => `${seconds.toFixed(1).padStart(7)} s`;

let interrupt: () => void = () => process.exit(130);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt());
process.exitCode = await answer({ name: "e2e:install", usage, read: readArguments }, main);
process.exit();

async function main(wanted: Wanted): Promise<number> {
  if (process.getuid?.() !== 0) {
    process.stderr.write("e2e:install: creating a network namespace needs root. Run it with sudo.\n");
    return 1;
  }
  return install(wanted);
}

function readArguments(args: string[]): Wanted | undefined {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean", short: "h" },
      firmware: { type: "string", default: "bios" },
      minutes: { type: "string", default: "60" },
      cache: { type: "string", default: defaultCache },
    },
  });
  if (values.help) return undefined;
  return {
    firmware: oneOf("firmware", values.firmware, ["bios", "uefi"]),
    limitSeconds: whole("minutes", values.minutes, 1, 600) * 60,
    cache: values.cache,
  };
}

async function install({ firmware, limitSeconds, cache }: Wanted): Promise<number> {
  say("Boot files: iPXE and the Debian installer from Debian's packages");
  const assets = await prepareAssets(cache, (line) => say(`  ${line}`));
  const overlay = await buildUdebOverlay(join(assets.folder, installerFolder(DEFAULT_SUITE)), cache, (line) => say(`  ${line}`));
  const bench = await buildBench({ cache, assets, firmware, overlay });
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = () => {
      interrupt = () => process.exit(130); // a second Ctrl-C ends the process immediately
      reject(new Error("interrupted"));
    };
  });
  interrupted.catch(() => undefined); // avoids an unhandled rejection while no code awaits the promise
  let verdict = 1;
  try {
    await bench.client.addNode({ mac: MACHINE.mac, name: MACHINE.name });
    await bench.client.armNode({ node: MACHINE.name, profile: "preseed" });
    say(`Power on: ${firmware}, 2 processors, an empty disk; its serial port is in ${bench.folder}/${MACHINE.name}.serial`);
    started = Date.now(); // all times are counted from this moment
    const traveller = { ...bench.powerOn(), name: MACHINE.name, client: bench.client };
    const tell = (at: number, line: string) => process.stdout.write(`[${clock(at)}] ${line}\n`);
    const moments = await Promise.race([followToReady(traveller, limitSeconds, tell), interrupted]);
    say("Reset");
    const second = await Promise.race([resetAndBootDisk(traveller, 600), interrupted]);
    say(
      `After the reset: the answer to boot the disk after ${second.answeredSeconds.toFixed(1)} s, login prompt ${second.loginSeconds.toFixed(1)} s`,
    );
    report(firmware, moments, second.loginSeconds);
    verdict = 0;
  } catch (error) {
    process.stderr.write(`e2e:install: ${error instanceof Error ? error.message : error}\nLogs are kept in ${bench.folder}\n`);
  } finally {
    await bench.stop(verdict !== 0);
  }
  return verdict;
}

function report(firmware: string, moments: readonly Moment[], resetToLogin: number): void {
  const at = (name: string) => moments.find((moment) => moment.name === name)?.at ?? Number.NaN;
  const ready = at("ready");
  const on = moments.filter(({ name }) => name !== "ready");
  process.stdout.write(`\n${table(spans(on, ready))}\n\n`);
  const tenths = (seconds: number) => Math.round(seconds * 10) / 10;
  const figures = {
    firmware,
    install_seconds: tenths(at("done") - at("handed_out")),
    call_home_seconds: tenths(at("call_home")),
    ansible_seconds: tenths(ready - at("job")),
    ready_seconds: tenths(ready),
    reset_to_login_seconds: tenths(resetToLogin),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
