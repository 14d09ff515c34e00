/** Runs ISC's perfdhcp, which simulates a relay with many machines behind it, and parses the results. */
import { readFileSync, writeFileSync } from "node:fs";
import type { LabNetwork } from "../lab/network.ts";

export interface Load {
  /** The number of completed exchanges of DISCOVER, OFFER, REQUEST and ACK per second. */
  dorasPerSecond: number;
  /** The share of unanswered DISCOVER messages or of unanswered REQUEST messages, whichever share is larger. */
  lost: number;
}

export interface Avalanche {
  machines: number;
  /** The number of machines without an address when perfdhcp stopped. */
  machinesLost: number;
  /**
   * The time from a machine's first DISCOVER to its OFFER. The time includes lost and repeated messages, but not
   * REQUEST and ACK.
   */
  offerMilliseconds: { median: number; p99: number; worst: number };
}

export interface Where {
  network: LabNetwork;
  namespace: string;
  device: string;
}

/**
 * The number of simulated clients. The number is large, so that few clients return during one measurement. All
 * servers serve the same set of clients.
 */
const CLIENTS = 40_000;
/**
 * The kinds of machines that are switched on at the same time. No other load uses these MAC addresses, so no server
 * has leases for them yet.
 */
export const crowds = {
  /** Running systems that need an address, like the default clients of perfdhcp. */
  plain: { firstMac: "02:00:00:00:00:00", options: [] },
  /** UEFI firmware that requests a boot file. Muster records these booting clients as machines. */
  booting: {
    firstMac: "02:00:00:01:00:00",
    options: [
      ["60", Buffer.from("PXEClient:Arch:00007:UNDI:003016").toString("hex")],
      ["93", "0007"],
      ["94", "010310"],
    ],
  },
} as const;
export type Crowd = keyof typeof crowds;

const WAIT_MICROSECONDS = 500_000;

export async function offer(where: Where, rate: number, seconds: number): Promise<Load> {
  const args = ["-r", String(rate), "-R", String(CLIENTS), "-p", String(seconds), "-W", String(WAIT_MICROSECONDS)];
  const report = await perfdhcp(where, args);
  const legs = [...report.matchAll(/sent packets: (\d+)\s+received packets: (\d+)/g)].map(
    ([, sent, received]) => [Number(sent), Number(received)] as const,
  );
  const [discover, request] = legs;
  if (!discover || !request) throw new Error(`the output of perfdhcp is not as expected: ${report.slice(0, 300)}`);
  // A message that was planned but never sent counts as lost. Without this rule, a server that slows down the sender
  // would seem to lose fewer messages.
  const planned = Math.max(discover[0], rate * seconds * 0.98);
  return { dorasPerSecond: request[1] / seconds, lost: 1 - request[1] / planned };
}

/** Starts all machines at the same time. Each machine repeats its message until it receives an answer, as firmware does. */
export async function avalanche(where: Where, machines: number, crowd: Crowd, seconds = 20): Promise<Avalanche> {
  const { firstMac, options } = crowds[crowd];
  const report = await perfdhcp(where, [
    "--scenario",
    "avalanche",
    "-b",
    `mac=${firstMac}`,
    ...options.flatMap(([code, value]) => ["-o", `${code},${value}`]),
    "-R",
    String(machines),
    "-p",
    String(seconds),
    "-x",
    "t",
  ]);
  const acked = Number(/REQUEST-ACK\*+\s+sent packets: \d+\s+received packets: (\d+)/.exec(report)?.[1] ?? 0);
  const offers = report.slice(
    report.indexOf("Timestamps for packets: DISCOVER-OFFER"),
    report.indexOf("Timestamps for packets: REQUEST-ACK"),
  );
  const delays = [...offers.matchAll(/^sent \/ received: ([\d.]+) \/ ([\d.]+)$/gm)]
    .map(([, sent, received]) => (Number(received) - Number(sent)) * 1000)
    .sort((one, other) => one - other);
  const at = (share: number) => delays[Math.min(delays.length - 1, Math.ceil(delays.length * share) - 1)] ?? Number.POSITIVE_INFINITY;
  return {
    machines,
    machinesLost: machines - acked,
    offerMilliseconds: { median: at(0.5), p99: delays.length < machines * 0.99 ? Number.POSITIVE_INFINITY : at(0.99), worst: at(1) },
  };
}

/** The exit code of perfdhcp is 3 if messages were lost. Lost messages are a result here and not a failure. */
async function perfdhcp({ network, namespace, device }: Where, args: readonly string[]): Promise<string> {
  const command = ["-4", ...args, "-l", device, network.address];
  const restore = widenNewSockets();
  try {
    return await network.run("sh", ["-c", 'perfdhcp "$@"; code=$?; [ $code = 3 ] || exit $code', "sh", ...command], { namespace });
  } finally {
    restore();
  }
}

const DEFAULT_BUFFER = "/proc/sys/net/core/rmem_default";
const WIDE_BUFFER = 4 * 1024 * 1024;

/**
 * perfdhcp keeps the default receive buffer, which has room for about 200 packets. Without a larger buffer, perfdhcp
 * would lose answers while it sends. It would then count these losses as losses of the server. Until the caller calls
 * the returned function, new sockets on this host get a larger receive buffer. The servers already have a large
 * buffer.
 */
function widenNewSockets(): () => void {
  const before = readFileSync(DEFAULT_BUFFER, "utf8");
  writeFileSync(DEFAULT_BUFFER, String(WIDE_BUFFER));
  return () => writeFileSync(DEFAULT_BUFFER, before);
}
