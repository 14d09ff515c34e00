/**
 * Starts DHCP on one interface. Proxy mode starts immediately. Full mode starts only after no other server hands out
 * addresses on the interface.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BootSource, WireEvent } from "../../../pxe/boot-source.ts";
import type { ServerIdentity } from "../../../pxe/dhcp/decision/reply.ts";
import { openNeighbours } from "../../../pxe/dhcp/lan/neighbours.ts";
import { overhearOffers } from "../../../pxe/dhcp/lan/overhear.ts";
import { probeDhcpServers } from "../../../pxe/dhcp/lan/probe.ts";
import { type DhcpServer, type DhcpServerOptions, startDhcpServer } from "../../../pxe/dhcp/server.ts";
import { Timeline } from "../../../pxe/dhcp/timeline.ts";
import { type InheritedSockets, socketName } from "../../../pxe/inherited-sockets.ts";
import type { Tap } from "../../../pxe/tap.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";
import type { EventStore } from "../../store/events.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";
import type { ArpProxies } from "./arp-proxies.ts";
import type { Leasing } from "./leasing.ts";
import type { OtherServers } from "./other-servers.ts";
import { type DhcpNetwork, type DhcpSettings, fullMode, serverIdentity } from "./settings.ts";
import { servesTime } from "./time-server.ts";

/** The settings of one interface and Muster's address on it. */
export interface DhcpPlace {
  settings: DhcpSettings & { interface: string; check_other_servers: boolean };
  network: DhcpNetwork;
}

export interface DhcpParts {
  place: DhcpPlace;
  /** The folder with the boot files. */
  assets: string;
  sockets: InheritedSockets;
  leases: LeaseTable;
  /** The leases, which all interfaces share. */
  leasing: Leasing;
  otherServers: OtherServers;
  arpProxies: ArpProxies;
  /** Muster's addresses on all interfaces. */
  ours: ReadonlySet<string>;
  events: EventStore;
  source: BootSource;
  tap: Tap;
  log: Log;
}

/** The milliseconds to wait for offers. The server dnsmasq pings an address for three seconds before it offers the address. */
const PROBE_MS = 5000;
/** The milliseconds between two checks for another DHCP server. */
const HELD_BACK_MS = 15_000;

/**
 * Starts DHCP. In full mode the promise resolves before DHCP is ready. Boot files and running installs must not wait
 * for DHCP. Boot files and installs must work even if another server appeared while this process was down (decision
 * 0007).
 */
export async function startDhcp(parts: DhcpParts): Promise<{ close(): Promise<void> }> {
  const { place, sockets, log } = parts;
  const { settings } = place;
  const probe = sockets.get(socketName("probe", settings.interface));
  if (settings.dhcp === "proxy" && probe !== undefined) return serveAndListen(parts, probe);
  if (settings.dhcp !== "full" || !settings.check_other_servers || probe === undefined) return serve(parts);

  const stopping = new AbortController();
  let server: DhcpServer | undefined;
  const startWhenAlone = async () => {
    await untilAlone(parts, probe, stopping.signal);
    if (!stopping.signal.aborted) server = await serve(parts);
  };
  const started = startWhenAlone().catch((error: unknown) => {
    if (stopping.signal.aborted) return;
    log.fatal({ err: error }, "DHCP cannot start");
    process.exit(1); // the supervisor restarts this process
  });
  return {
    close: async () => {
      stopping.abort();
      await started;
      await server?.close();
    },
  };
}

/** Serves DHCP and records the offers of other servers, because these offers influence whether a machine boots from Muster. */
async function serveAndListen(parts: DhcpParts, fd: number): Promise<{ close(): Promise<void> }> {
  const { otherServers, source, leases, ours, log } = parts;
  const server = await serve(parts);
  const timeline = new Timeline({ record: (event) => source.record(event), together: (work) => leases.together(work), log });
  const hear = (event: WireEvent) => timeline.add(event.mac, () => event);
  const overheard = await overhearOffers({ fd }, { ours, heard: (offer) => hear(otherServers.heard(offer)), log });
  return {
    close: async () => {
      await overheard.close();
      timeline.flush();
      await server.close();
    },
  };
}

async function untilAlone({ place, events, otherServers, log }: DhcpParts, fd: number, signal: AbortSignal): Promise<void> {
  let told = "";
  while (!signal.aborted) {
    const [other] = await probeDhcpServers({ fd }, { waitMs: PROBE_MS });
    if (!other) return;
    otherServers.probed(other);
    if (other.server !== told) {
      told = other.server;
      const error = new MusterError(
        "OTHER_DHCP_SERVER",
        `${other.server} already answers DHCP on ${place.settings.interface} (it offered ${other.offered}), so Muster hands out no addresses there`,
      );
      log.error({ code: error.code, hint: error.hint }, error.message);
      events.append({ source: "netboot", type: "dhcp.held-back", summary: error.message, detail: { hint: error.hint } });
    }
    await sleep(HELD_BACK_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function serve(parts: DhcpParts): Promise<DhcpServer> {
  const { place, assets, leases, source, sockets, log } = parts;
  const { settings, network } = place;
  const identity = serverIdentity(network, settings, (name) => existsSync(join(assets, "ipxe", name)));
  const server = await startDhcpServer({
    mode: settings.dhcp === "full" ? await fullServer(parts, identity) : { kind: "proxy" },
    identity,
    dhcp: handed(sockets, socketName("dhcp", settings.interface)),
    bootServer: handed(sockets, socketName("pxe4011", settings.interface)),
    source,
    together: (work) => leases.together(work),
    tap: parts.tap,
    log: log.child({ part: "dhcp", interface: settings.interface }),
  });
  log.info({ interface: settings.interface, mode: settings.dhcp }, "dhcp answers");
  return server;
}

async function fullServer({ place, leasing, arpProxies, log }: DhcpParts, identity: ServerIdentity): Promise<DhcpServerOptions["mode"]> {
  const { settings, network } = place;
  const { commits, makePool } = await leasing.open();
  const neighbours = await openNeighbours(network.address, log.child({ part: "dhcp", interface: settings.interface }), {
    onProxy: (mac, address) => arpProxies.answered(settings.interface, mac, address),
  });
  const timed = { ...settings, ntp: settings.ntp ?? (servesTime(network.address) ? [network.address] : undefined) };
  return { kind: "full", full: fullMode(timed, network, identity, makePool, neighbours), neighbours, leases: commits };
}

function handed(sockets: InheritedSockets, name: string): { fd: number } {
  const fd = sockets.get(name);
  if (fd === undefined) throw new MusterError("LAUNCH_FAILED", `the socket ${name} is missing; start netboot through pxe/bind-sockets.py`);
  return { fd };
}
