/**
 * Compares the speed of Muster's TFTP server with tftpd-hpa, atftpd and dnsmasq, using TFTP clients of other
 * projects. One network is clean, and the other network loses 1 % and duplicates 2 % of the datagrams. Every received
 * byte is compared with the file. Usage: tftp.ts [--rounds N] [--quick]. The last line of the output is JSON.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inOwnNetwork } from "./own-network.ts";
import { type Client, clients, type Fetched, fetchOnce } from "./tftp/clients.ts";
import { findPrograms, type Running, startServers, throughLoss } from "./tftp/servers.ts";

findPrograms();
inOwnNetwork();
const { values } = parseArgs({ options: { rounds: { type: "string" }, quick: { type: "boolean", default: false } } });
const MIB = 2 ** 20;
const CLEAN_SIZES = values.quick ? [16 * MIB] : [1 * MIB, 16 * MIB, 64 * MIB];
const ROUNDS = Number(values.rounds ?? (values.quick ? 1 : 5));
const BAD_NETWORKS = values.quick ? 1 : 3;
const LIMIT_SECONDS = { clean: 20, lossy: 60 };
/** No measurement begins after this number of seconds. The report contains the results up to that time. */
const ENOUGH_SECONDS = { clean: 120, lossy: 220 };

interface Run {
  server: string;
  client: Client;
  size: number;
  lossy: boolean;
  fetched: Fetched;
}

const folder = mkdtempSync("/dev/shm/muster-bench-");
const root = join(folder, "root");
chmodSync(folder, 0o755);
const content = randomBytes(Math.max(...CLEAN_SIZES));
const runs: Run[] = [];
let [rounds, badNetworks] = [0, 0];
try {
  prepare();
  const servers = await startServers(root);
  try {
    for (let round = 1; round <= ROUNDS && performance.now() < ENOUGH_SECONDS.clean * 1000; round++) {
      for (const size of CLEAN_SIZES) {
        for (const client of clients) await besideEachOther(client, servers, size, round);
      }
      rounds = round;
    }
    for (let seed = 1; seed <= BAD_NETWORKS && performance.now() < ENOUGH_SECONDS.lossy * 1000; seed++) {
      await throughBadNetwork(servers, seed);
      badNetworks = seed;
    }
  } finally {
    for (const server of servers) await server.stop();
  }
} finally {
  rmSync(folder, { recursive: true });
}
report();

function prepare(): void {
  const make = (size: number) => writeFileSync(join(root, `${size}`), content.subarray(0, size), { mode: 0o644 });
  mkdirSync(root);
  for (const size of new Set([...CLEAN_SIZES, ...clients.map(({ lossySize }) => lossySize)])) make(size);
}

async function measure(client: Client, server: Running, size: number, lossy: boolean): Promise<Run> {
  const fetched = await fetchOnce(client, server, `${size}`, content.subarray(0, size), LIMIT_SECONDS[lossy ? "lossy" : "clean"]);
  const run = { server: server.name, client, size, lossy, fetched };
  runs.push(run);
  return run;
}

/**
 * Measures the servers one after another. The order of the servers changes every round, because the position of a
 * server affects its result.
 */
async function besideEachOther(client: Client, servers: Running[], size: number, round: number): Promise<void> {
  const turn = round % servers.length;
  const line = [];
  for (const server of [...servers.slice(turn), ...servers.slice(0, turn)]) {
    const { fetched } = await measure(client, server, size, false);
    line.push(`${server.name} ${fetched.kind === "whole" ? (size / MIB / fetched.seconds).toFixed(1) : fetched.kind}`);
  }
  progress(`round ${round} of ${ROUNDS}, ${client.name}, ${size / MIB} MiB: ${line.sort().join(", ")} MiB/s`);
}

/**
 * All transfers run at once, because a transfer spends most of its time waiting after a loss. The result is the
 * number of transfers that delivered the complete file.
 */
async function throughBadNetwork(servers: Running[], seed: number): Promise<void> {
  const doors = await Promise.all(servers.map((server, n) => throughLoss(server, 1000 * (n + 1) + seed)));
  const fetches = doors.flatMap((door) => clients.map((client) => measure(client, door, client.lossySize, true)));
  const ended = await Promise.all(fetches);
  for (const door of doors) await door.stop();
  const notWhole = ended.filter(({ fetched }) => fetched.kind !== "whole");
  const told = notWhole.map(({ server, client, fetched }) => `${server} to ${client.name}: ${describe(fetched)}`);
  progress(`bad network ${seed} of ${BAD_NETWORKS}: ${told.join(", ") || "all complete"}`);
}

function progress(what: string): void {
  console.error(`${Math.round(performance.now() / 1000)} s, load ${loadavg()[0]!.toFixed(1)}: ${what}`);
}

function report(): void {
  const names = [...new Set(runs.map(({ server }) => server))];
  const row = (cells: string[]) => console.log(cells.map((cell, n) => (n === 0 ? cell.padEnd(34) : cell.padStart(16))).join(""));
  row(["MiB/s, median", ...names]);
  for (const lossy of [false, true]) {
    for (const client of clients) {
      for (const size of lossy ? [client.lossySize] : CLEAN_SIZES) {
        const label = `${client.name}, ${size / MIB} MiB${lossy ? ", bad network" : ""}`;
        row([label, ...names.map((server) => cell(runs.filter((run) => isOf(run, server, client, size, lossy))))]);
      }
    }
  }
  const speed = (server: string, kind: Client["kind"], of: typeof median) => {
    const some = clients.filter((client) => client.kind === kind);
    const seconds = some.flatMap((client) => CLEAN_SIZES.map((size) => of(runs.filter((run) => isOf(run, server, client, size, false)))));
    return 1 / seconds.reduce((sum, one) => sum + one, 0);
  };
  const windowed = (of: typeof median) =>
    speed("muster", "windowed", of) / Math.max(...names.filter((name) => name !== "muster").map((name) => speed(name, "windowed", of)));
  const lockstep = (of: typeof median) => speed("muster", "lock-step", of) / speed("tftpd-hpa", "lock-step", of);
  const ours = runs.filter(({ server }) => server === "muster");
  console.log(
    JSON.stringify({
      windowed_ratio_best: rounded(windowed(median)),
      lockstep_ratio_tftpd_hpa: rounded(lockstep(median)),
      // Compares the fastest run of each server, because other programs disturb the fastest run least.
      windowed_ratio_best_of_fastest: rounded(windowed(fastest)),
      lockstep_ratio_tftpd_hpa_of_fastest: rounded(lockstep(fastest)),
      corrupt: ours.filter(({ fetched }) => fetched.kind !== "whole").length,
      rounds,
      bad_networks: badNetworks,
      load: rounded(loadavg()[0]!),
    }),
  );
}

function describe(fetched: Fetched): string {
  return fetched.kind === "abandoned" ? `abandoned (${fetched.how}, ${fetched.seconds.toFixed(1)} s)` : fetched.kind;
}

function isOf(run: Run, server: string, client: Client, size: number, lossy: boolean): boolean {
  return run.server === server && run.client === client && run.size === size && run.lossy === lossy;
}

function cell(some: Run[]): string {
  const bad = some.filter(({ fetched }) => fetched.kind !== "whole");
  const speed = bad.length === some.length ? "" : (some[0]!.size / MIB / median(some)).toFixed(1);
  return bad.length === 0 ? speed : `${speed} (${bad.length} ${bad[0]!.fetched.kind})`;
}

/** Returns the median duration in seconds of the completed transfers, or Infinity if no transfer completed. */
function median(some: Run[]): number {
  const seconds = arrived(some);
  return seconds[Math.floor(seconds.length / 2)] ?? Number.POSITIVE_INFINITY;
}

function fastest(some: Run[]): number {
  return arrived(some)[0] ?? Number.POSITIVE_INFINITY;
}

function arrived(some: Run[]): number[] {
  return some
    .filter(({ fetched }) => fetched.kind === "whole")
    .map(({ fetched }) => fetched.seconds)
    .sort((a, b) => a - b);
}

function rounded(ratio: number): number {
  return Math.round(ratio * 100) / 100;
}
