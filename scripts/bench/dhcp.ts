/**
 * Measures how many machines per second receive an address from Muster, Kea and dnsmasq. The servers run one after
 * another on the same host. Also measures 500 machines that are switched on at the same time. The first 500 machines
 * are running systems, and another 500 machines are firmware that boots. All requests arrive through a relay, so no
 * server checks by ping whether an address is free. Usage: dhcp.ts [--rounds N] [--only SERVER]. The last line of the
 * output is JSON.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createNetwork, noNetwork } from "../lab/network.ts";
import { type BenchServer, missing, servers } from "./dhcp-servers.ts";
import { type Avalanche, avalanche, type Crowd, offer, type Where } from "./perfdhcp.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, only: { type: "string" } } });
const reason = noNetwork || (missing() ? `${missing()} is missing: apt-get install kea-dhcp4-server kea-admin dnsmasq-base` : undefined);
if (reason) {
  console.error(`bench:dhcp cannot run: ${reason}`);
  process.exit(2);
}

interface Measured {
  dorasPerSecond: number;
  storms: Record<Crowd, Avalanche>;
}

const SECONDS = 2;
const MACHINES = 500;
/** A rate counts as sustained if at most this share of its messages is lost. */
const TOLERATED = 0.025;

const wanted = servers.filter(({ name }) => values.only === undefined || name === values.only);
const measured = new Map<string, Measured[]>(wanted.map(({ name }) => [name, []]));
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const server of wanted) {
    const result = await measure(server);
    measured.get(server.name)?.push(result);
    const { plain, booting } = result.storms;
    console.log(
      `round ${round}: ${server.name.padEnd(8)} ${String(Math.round(result.dorasPerSecond)).padStart(6)} DORA/s, ` +
        `avalanche of ${MACHINES}: ${told(plain)}; booting: ${told(booting)}`,
    );
  }
}
report();

async function measure(server: BenchServer): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "muster-bench-"));
  const network = createNetwork();
  try {
    const { namespace, device } = network.client();
    await network.run("ip", ["address", "add", "10.77.0.2/16", "dev", device], { namespace });
    const where: Where = { network, namespace, device };
    const place = join(folder, server.name);
    mkdirSync(place, { recursive: true });
    const running = await server.start(network, place);
    const dorasPerSecond = await highest(where, server.name === "dnsmasq" ? 125 : 4000);
    const storms = { plain: await avalanche(where, MACHINES, "plain"), booting: await avalanche(where, MACHINES, "booting") };
    await running.stop();
    return { dorasPerSecond, storms };
  } finally {
    network.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Finds the highest rate. Doubles the rate until too many messages are lost, then halves the remaining interval three times. */
async function highest(where: Where, start: number): Promise<number> {
  let [low, high, best] = [0, Number.POSITIVE_INFINITY, 0];
  for (
    let rate = start, steps = 0;
    high === Number.POSITIVE_INFINITY || steps < 4;
    rate = high === Number.POSITIVE_INFINITY ? rate * 2 : Math.round((low + high) / 2)
  ) {
    const load = await offer(where, rate, SECONDS);
    if (load.lost <= TOLERATED) {
      low = rate;
      best = Math.max(best, load.dorasPerSecond);
    } else {
      high = rate;
    }
    if (high !== Number.POSITIVE_INFINITY) steps += 1;
  }
  return best;
}

function report(): void {
  console.log(
    `\n| server | DORA/s (median of ${values.rounds}) | p99 OFFER, ${MACHINES} at once | ${MACHINES} booting | lost | durability |\n|---|---|---|---|---|---|`,
  );
  for (const { name, durability } of wanted) {
    const all = measured.get(name) ?? [];
    console.log(
      `| ${name} | ${Math.round(doras(name))} | ${p99(name, "plain").toFixed(1)} ms | ${p99(name, "booting").toFixed(1)} ms | ${lost(all)} | ${durability} |`,
    );
  }
  console.log(
    JSON.stringify({
      dora_ratio_kea: rounded(doras("muster") / doras("kea")),
      dora_ratio_dnsmasq: rounded(doras("muster") / doras("dnsmasq")),
      p99_offer_ms: rounded(p99("muster", "plain")),
      p99_offer_booting_ms: rounded(p99("muster", "booting")),
      machines_lost: lost(measured.get("muster") ?? []),
    }),
  );
}

function doras(name: string): number {
  return median((measured.get(name) ?? []).map(({ dorasPerSecond }) => dorasPerSecond));
}
function p99(name: string, crowd: Crowd): number {
  return median((measured.get(name) ?? []).map(({ storms }) => storms[crowd].offerMilliseconds.p99));
}
/** Returns the largest number of machines that had no address after one simultaneous start, over both kinds of machines. */
function lost(all: readonly Measured[]): number {
  return Math.max(0, ...all.flatMap(({ storms }) => Object.values(storms).map(({ machinesLost }) => machinesLost)));
}
function told({ offerMilliseconds: { p99, worst }, machinesLost }: Avalanche): string {
  return `p99 OFFER ${p99.toFixed(1)} ms, worst ${worst.toFixed(1)} ms, ${machinesLost} lost`;
}
function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
