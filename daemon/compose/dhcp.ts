/** Starts DHCP: at once as a proxy, and in full mode only when nobody else hands out addresses there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BootSource } from "../../pxe/boot-source.ts";
import type { Tap } from "../../pxe/capture/tap.ts";
import { openNeighbours } from "../../pxe/dhcp/neighbours.ts";
import { Pool } from "../../pxe/dhcp/pool.ts";
import { probeDhcpServers } from "../../pxe/dhcp/probe.ts";
import type { ServerIdentity } from "../../pxe/dhcp/reply.ts";
import { type DhcpServer, type DhcpServerOptions, startDhcpServer } from "../../pxe/dhcp/server.ts";
import { inheritedSockets } from "../../pxe/inherited-sockets.ts";
import type { Config } from "../config.ts";
import type { DataDir } from "../data-dir.ts";
import { MusterError } from "../errors.ts";
import type { Log } from "../log.ts";
import { fullMode, type MakePool, serverIdentity } from "../netboot/dhcp-settings.ts";
import type { EventStore } from "../store/events.ts";
import type { LeaseTable } from "../store/leases.ts";
import type { BootNetwork } from "./address.ts";
import { LeaseCommits } from "./lease-commits.ts";

export interface DhcpParts {
  config: Config;
  data: DataDir;
  network: BootNetwork;
  env: NodeJS.ProcessEnv;
  leases: LeaseTable;
  events: EventStore;
  source: BootSource;
  tap: Tap;
  log: Log;
}

/** dnsmasq pings an address for three seconds before it offers it. */
const PROBE_MS = 5000;
/** Between two looks at whether the other server has gone. */
const HELD_BACK_MS = 15_000;

/**
 * In full mode this resolves before DHCP answers: boot files and a running installation must not wait for it, nor suffer
 * because another server turned up while this process was away (decision 0007).
 */
export async function startDhcp(parts: DhcpParts): Promise<{ close(): Promise<void> }> {
  const { config, env, log } = parts;
  const sockets = inheritedSockets(env);
  const probe = sockets.get("probe");
  if (config.netboot.dhcp !== "full" || !config.netboot.check_other_servers || probe === undefined) return serve(parts, sockets);

  const stopping = new AbortController();
  let server: DhcpServer | undefined;
  const startWhenAlone = async () => {
    await untilAlone(parts, probe, stopping.signal);
    if (!stopping.signal.aborted) server = await serve(parts, sockets);
  };
  const started = startWhenAlone().catch((error: unknown) => {
    if (stopping.signal.aborted) return;
    log.fatal({ err: error }, "DHCP cannot start");
    process.exit(1); // the supervisor starts this process again
  });
  return {
    close: async () => {
      stopping.abort();
      await started;
      await server?.close();
    },
  };
}

async function untilAlone({ config, events, log }: DhcpParts, fd: number, signal: AbortSignal): Promise<void> {
  let told = "";
  while (!signal.aborted) {
    const [other] = await probeDhcpServers({ fd }, { waitMs: PROBE_MS });
    if (!other) return;
    if (other.server !== told) {
      told = other.server;
      const error = new MusterError(
        "OTHER_DHCP_SERVER",
        `${other.server} answers DHCP on ${config.netboot.interface} already (it offered ${other.offered}); no address is handed out beside it`,
      );
      log.error({ code: error.code, hint: error.hint }, error.message);
      events.append({ source: "netboot", type: "dhcp.held-back", summary: error.message, detail: { hint: error.hint } });
    }
    await sleep(HELD_BACK_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function serve(parts: DhcpParts, sockets: ReadonlyMap<string, number>): Promise<DhcpServer> {
  const { config, data, network, leases, source, log } = parts;
  const { netboot } = config;
  const identity = serverIdentity(network, netboot, (name) => existsSync(join(data.assets, "ipxe", name)));
  const leased = netboot.dhcp === "full" ? await leasing(parts, identity) : undefined;
  const server = await startDhcpServer({
    mode: leased?.mode ?? { kind: "proxy" },
    identity,
    dhcp: handed(sockets, "dhcp"),
    bootServer: handed(sockets, "pxe4011"),
    source,
    together: (work) => leases.together(work),
    tap: parts.tap,
    log: log.child({ part: "dhcp" }),
  });
  log.info({ interface: netboot.interface, mode: netboot.dhcp }, "dhcp answers");
  return {
    ...server,
    close: async () => {
      await server.close();
      await leased?.close();
    },
  };
}

async function leasing(
  { config, data, network, leases, log }: DhcpParts,
  identity: ServerIdentity,
): Promise<{ mode: DhcpServerOptions["mode"]; close(): Promise<void> }> {
  const neighbours = await openNeighbours(network.address, log.child({ part: "dhcp" }));
  const commits = await LeaseCommits.start(data.database, leases, (error) => {
    log.fatal({ err: error }, "leases cannot be saved any more");
    process.exit(1); // the supervisor starts this process again
  });
  const makePool: MakePool = (options) => new Pool({ ...options, store: commits, now: Date.now });
  const full = fullMode(config.netboot, network, identity, makePool, neighbours);
  return { mode: { kind: "full", full, neighbours, leases: commits }, close: () => commits.close() };
}

function handed(sockets: ReadonlyMap<string, number>, name: string): { fd: number } {
  const fd = sockets.get(name);
  if (fd === undefined)
    throw new MusterError("LAUNCH_FAILED", `the socket ${name} was not handed in; netboot is started through pxe/bind-sockets.py`);
  return { fd };
}
