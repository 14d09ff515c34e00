/** Drives ISC's perfdhcp, which plays a relay with many machines behind it, and reads what it measured. */
import { readFileSync, writeFileSync } from "node:fs";
import type { LabNetwork } from "../lab/network.ts";

export interface Load {
  /** Exchanges of DISCOVER, OFFER, REQUEST and ACK that were completed a second. */
  dorasPerSecond: number;
  /** The larger of the two legs' shares of unanswered messages. */
  lost: number;
}

export interface Avalanche {
  machines: number;
  /** Had no address when perfdhcp gave up. */
  machinesLost: number;
  /** From a machine's first DISCOVER to the OFFER it got: what was lost and asked again is in it, REQUEST and ACK are not. */
  offerMilliseconds: { median: number; p99: number; worst: number };
}

export interface Where {
  network: LabNetwork;
  namespace: string;
  device: string;
}

/** Machines that come again are few among so many; each server sees the same crowd. */
const CLIENTS = 40_000;
/** Who is switched on at once. MAC addresses no other load uses: nobody in an avalanche had an address before. */
export const crowds = {
  /** They want an address, like perfdhcp's own. */
  plain: { firstMac: "02:00:00:00:00:00", options: [] },
  /** UEFI firmware: to be told what to boot, and kept as machines by who keeps such things. */
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
  if (!discover || !request) throw new Error(`perfdhcp said something else: ${report.slice(0, 300)}`);
  // What was asked for and never sent was lost too: a sender held up by the server's load must not make it look better.
  const planned = Math.max(discover[0], rate * seconds * 0.98);
  return { dorasPerSecond: request[1] / seconds, lost: 1 - request[1] / planned };
}

/** Everybody at once, each repeating its message until it is answered, as firmware does. */
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

/** It ends with 3 when messages were lost, which is a measurement and no failure. */
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
 * perfdhcp keeps the default receive buffer of some 200 packets and, while it sends, overruns it by itself: it would count its
 * own losses as the server's. While it runs, new sockets of this machine get a larger one; the servers have theirs already.
 */
function widenNewSockets(): () => void {
  const before = readFileSync(DEFAULT_BUFFER, "utf8");
  writeFileSync(DEFAULT_BUFFER, String(WIDE_BUFFER));
  return () => writeFileSync(DEFAULT_BUFFER, before);
}
