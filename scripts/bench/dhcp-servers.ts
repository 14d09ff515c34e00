/**
 * Starts the DHCP servers that the measurement compares. Each server stores its leases on disk, serves a /16 network
 * and logs only problems.
 */
import { type ChildProcess, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startDaemon } from "../lab/daemon.ts";
import type { LabNetwork } from "../lab/network.ts";

export interface BenchServer {
  name: "muster" | "kea" | "dnsmasq";
  /** Describes the data that is on disk when the server sends an ACK. */
  durability: string;
  needs: string;
  start(network: LabNetwork, folder: string): Promise<{ stop(): Promise<void> }>;
}

const RANGE = { from: "10.77.16.1", to: "10.77.255.250" };

const muster: BenchServer = {
  name: "muster",
  durability: "SQLite WAL, synchronous=FULL: fsync before every ACK, shared by the ACKs of one turn",
  needs: process.execPath,
  async start(network, folder) {
    const daemon = await startDaemon(network, {
      folder,
      dataDir: join(folder, "data"),
      dhcp: "full",
      mirror: `http://${network.address}/debian`,
      settings: { netboot: { range: RANGE, check_other_servers: false }, admin: { log: { level: "warn" } } },
    });
    return {
      stop: async () => {
        await daemon.stop();
      },
    };
  },
};

const kea: BenchServer = {
  name: "kea",
  durability: "memfile: written to the file before the ACK, no fsync",
  needs: "/usr/sbin/kea-dhcp4",
  async start(network, folder) {
    const config = join(folder, "kea.json");
    writeFileSync(
      config,
      JSON.stringify({
        Dhcp4: {
          "interfaces-config": { interfaces: ["br0"], "dhcp-socket-type": "udp" },
          "lease-database": { type: "memfile", persist: true, name: join(folder, "leases.csv"), "lfc-interval": 0 },
          "valid-lifetime": 43_200,
          subnet4: [{ subnet: "10.77.0.0/16", pools: [{ pool: `${RANGE.from}-${RANGE.to}` }] }],
          loggers: [{ name: "kea-dhcp4", severity: "ERROR", output_options: [{ output: "stdout" }] }],
        },
      }),
    );
    const environment = { ...process.env, KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: folder };
    return program(network, folder, "kea-dhcp4", ["-c", config], environment);
  },
};

const dnsmasq: BenchServer = {
  name: "dnsmasq",
  durability: "the whole lease file rewritten and fsynced, at most once a turn, together with the ACK",
  needs: "/usr/sbin/dnsmasq",
  start: (network, folder) =>
    program(network, folder, "dnsmasq", [
      "--keep-in-foreground",
      "--conf-file=/dev/null",
      "--port=0",
      "--user=root",
      "--pid-file=",
      `--dhcp-leasefile=${join(folder, "dnsmasq.leases")}`,
      "--interface=br0",
      `--dhcp-range=${RANGE.from},${RANGE.to},255.255.0.0,12h`,
      "--dhcp-lease-max=65000",
      "--dhcp-authoritative",
      // dnsmasq cannot ping machines behind a relay, and the other two servers send no pings either.
      "--no-ping",
      "--quiet-dhcp",
    ]),
};

export const servers: readonly BenchServer[] = [muster, kea, dnsmasq];

async function program(
  network: LabNetwork,
  folder: string,
  command: string,
  args: string[],
  env = process.env,
): Promise<{ stop(): Promise<void> }> {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, `${command}.log`);
  const output = openSync(log, "a");
  const child: ChildProcess = network.spawn(command, args, { stdio: ["ignore", output, output], env });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for (let tries = 0; !listens(network.name); tries++) {
    if (child.exitCode !== null || tries > 100) throw new Error(`${command} is not listening: ${readFileSync(log, "utf8").slice(-300)}`);
    await sleep(100);
  }
  return {
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** True if a process in the network namespace has UDP port 67 open. */
function listens(namespace: string): boolean {
  const { stdout } = spawnSync("ip", ["netns", "exec", namespace, "cat", "/proc/net/udp"], { encoding: "utf8" });
  return stdout.includes(":0043 ");
}

export const missing = (): string | undefined =>
  ["/usr/sbin/perfdhcp", ...servers.map(({ needs }) => needs)].find((file) => !existsSync(file));
