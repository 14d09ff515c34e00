/** Drives ISC's perfdhcp, which simulates a relay with many machines behind it, and parses its results. */
import { readFileSync, writeFileSync } from "node:fs";
import type { LabNetwork } from "../lab/network.ts";

export interface Load {
  /** Completed exchanges of DISCOVER, OFFER, REQUEST and ACK per second. */
  dorasPerSecond: number;
  /** Share of unanswered messages: the larger of DISCOVER-OFFER and REQUEST-ACK. */
  lost: number;
}

export interface Avalanche {
  machines: number;
  /** Machines without an address when perfdhcp gave up. */
  machinesLost: number;
  /**
   * From a machine's first DISCOVER to its OFFER. This includes lost messages and their repetitions, but not
   * REQUEST and ACK.
   */
  offerMilliseconds: { median: number; p99: number; worst: number };
}

export interface Where {
  network: LabNetwork;
  namespace: string;
  device: string;
}

/** With so many clients, few return during one measurement. Each server sees the same clients. */
const CLIENTS = 40_000;
/**
 * Machines that are switched on at once. No other load uses these MAC addresses, so none of them has a lease
 * yet.
 */
export const crowds = {
  /** Systems that want an address, like perfdhcp's default clients. */
  plain: { firstMac: "02:00:00:00:00:00", options: [] },
  /** UEFI firmware that asks for a boot file. Muster also records these as machines. */
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
  // Counts messages that were planned but never sent as lost. Otherwise a server that slows down the sender
  // would look better.
  const planned = Math.max(discover[0], rate * seconds * 0.98);
  return { dorasPerSecond: request[1] / seconds, lost: 1 - request[1] / planned };
}

/** Starts all machines at once. Each repeats its message until it is answered, as firmware does. */
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

/** perfdhcp exits with 3 when messages were lost. That is a result here, not a failure. */
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
 * perfdhcp keeps the default receive buffer of about 200 packets. It overruns the buffer while it sends, and
 * would count its own losses as the server's. Until the returned function is called, new sockets on this
 * machine get a larger buffer. The servers already have theirs.
 */
function widenNewSockets(): () => void {
  const before = readFileSync(DEFAULT_BUFFER, "utf8");
  writeFileSync(DEFAULT_BUFFER, String(WIDE_BUFFER));
  return () => writeFileSync(DEFAULT_BUFFER, before);
}
