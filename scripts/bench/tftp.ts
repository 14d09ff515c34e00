/**
 * How fast TFTP is beside tftpd-hpa, atftpd and dnsmasq, by other people's clients in one run: on a clean network and on
 * one that loses 1 % and doubles 2 %. Every byte is compared. Usage: tftp.ts [--rounds N]. The last line is JSON.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inOwnNetwork } from "./own-network.ts";
import { type Client, clients, type Fetched, fetchOnce } from "./tftp-clients.ts";
import { findPrograms, startServers, throughLoss } from "./tftp-servers.ts";

findPrograms();
inOwnNetwork();
const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const MIB = 2 ** 20;
const CLEAN_SIZES = [1 * MIB, 16 * MIB, 64 * MIB];
const LOSSY_SIZE = 1 * MIB;
const LIMIT_SECONDS = 30;

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
try {
  prepare();
  const servers = await startServers(root);
  try {
    for (let round = 1; round <= Number(values.rounds); round++) {
      for (const size of CLEAN_SIZES) {
        for (const client of clients) for (const server of servers) await measure(client, server, size, false);
      }
      for (const server of servers) {
        const bad = await throughLoss(server, 1000 + round);
        for (const client of clients) await measure(client, bad, LOSSY_SIZE, true);
        await bad.stop();
      }
      console.error(`round ${round} of ${values.rounds} done`);
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
  for (const size of new Set([...CLEAN_SIZES, LOSSY_SIZE])) make(size);
}

async function measure(client: Client, server: Parameters<typeof fetchOnce>[1], size: number, lossy: boolean): Promise<void> {
  const fetched = await fetchOnce(client, server, `${size}`, content.subarray(0, size), LIMIT_SECONDS);
  runs.push({ server: server.name, client, size, lossy, fetched });
}

function report(): void {
  const names = [...new Set(runs.map(({ server }) => server))];
  const row = (cells: string[]) => console.log(cells.map((cell, n) => (n === 0 ? cell.padEnd(34) : cell.padStart(16))).join(""));
  row(["MiB/s, median", ...names]);
  for (const lossy of [false, true]) {
    for (const client of clients) {
      for (const size of lossy ? [LOSSY_SIZE] : CLEAN_SIZES) {
        const label = `${client.name}, ${size / MIB} MiB${lossy ? ", bad network" : ""}`;
        row([label, ...names.map((server) => cell(runs.filter((run) => isOf(run, server, client, size, lossy))))]);
      }
    }
  }
  const speed = (server: string, kind: Client["kind"]) => {
    const of = clients.filter((client) => client.kind === kind);
    const seconds = of.flatMap((client) => CLEAN_SIZES.map((size) => median(runs.filter((run) => isOf(run, server, client, size, false)))));
    return 1 / seconds.reduce((sum, one) => sum + one, 0);
  };
  const best = Math.max(...names.filter((name) => name !== "muster").map((name) => speed(name, "windowed")));
  const ours = runs.filter(({ server }) => server === "muster");
  console.log(
    JSON.stringify({
      windowed_ratio_best: rounded(speed("muster", "windowed") / best),
      lockstep_ratio_tftpd_hpa: rounded(speed("muster", "lock-step") / speed("tftpd-hpa", "lock-step")),
      corrupt: ours.filter(({ fetched }) => fetched.kind !== "whole").length,
    }),
  );
}

const isOf = (run: Run, server: string, client: Client, size: number, lossy: boolean) =>
  run.server === server && run.client === client && run.size === size && run.lossy === lossy;

function cell(some: Run[]): string {
  const bad = some.filter(({ fetched }) => fetched.kind !== "whole");
  const speed = bad.length === some.length ? "" : (some[0]!.size / MIB / median(some)).toFixed(1);
  return bad.length === 0 ? speed : `${speed} (${bad.length} ${bad[0]!.fetched.kind})`;
}

/** Seconds of those that arrived; endless when none did. */
function median(some: Run[]): number {
  const seconds = some.filter(({ fetched }) => fetched.kind === "whole").map(({ fetched }) => fetched.seconds);
  return seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? Number.POSITIVE_INFINITY;
}

function rounded(ratio: number): number {
  return Math.round(ratio * 100) / 100;
}
