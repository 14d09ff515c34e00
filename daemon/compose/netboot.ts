/** Builds the netboot process: DHCP, TFTP and boot HTTP over the fleet's rules and the database. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Pool } from "../../pxe/dhcp/pool.ts";
import { type OtherServer, probeDhcpServers } from "../../pxe/dhcp/probe.ts";
import { startDhcpServer } from "../../pxe/dhcp/server.ts";
import { startBootHttpServer } from "../../pxe/http/server.ts";
import { inheritedSockets } from "../../pxe/inherited-sockets.ts";
import { startTftpServer } from "../../pxe/tftp/server.ts";
import type { Config } from "../config.ts";
import type { DataDir } from "../data-dir.ts";
import { MusterError } from "../errors.ts";
import { Lifecycle } from "../lifecycle.ts";
import type { Log } from "../log.ts";
import { BootDesk } from "../netboot/boot-desk.ts";
import { fullMode, serverIdentity } from "../netboot/dhcp-settings.ts";
import { Discovery } from "../netboot/discovery.ts";
import { InstallDesk } from "../netboot/install-desk.ts";
import { FleetBootSource } from "../netboot/source.ts";
import { openStores } from "../store/stores.ts";
import { bootNetwork } from "./address.ts";
import { fleetContent } from "./fleet-content.ts";

export async function startNetboot(config: Config, data: DataDir, env: NodeJS.ProcessEnv, log: Log): Promise<{ stop(): Promise<void> }> {
  const parts = new Lifecycle();
  try {
    const network = bootNetwork(config);
    const stores = await parts.start(
      "database",
      () => openStores(data.database),
      ({ db }) => db.close(),
    );
    const { db, nodes, registry, events, tokens, leases } = stores;
    const content = fleetContent(config, data, network);
    const discovery = new Discovery(db, nodes, registry);
    const installs = new InstallDesk({ db, nodes, registry, events, tokens, content, leasedAddress: (node) => leasedTo(node.macs) });
    const desk = new BootDesk({ discovery, registry, content, installs });
    const source = new FleetBootSource({ discovery, desk, events, macAt, log });

    /** Only where every machine's address comes from us can it be held to it. */
    function leasedTo(macs: string[]): string | undefined {
      return config.netboot.dhcp === "full"
        ? macs.map((mac) => leases.find(mac)?.address).find((address) => address !== undefined)
        : undefined;
    }
    function macAt(address: string): string | undefined {
      return leases.holder(address) ?? nodes.list().find((node) => node.address === address)?.macs[0];
    }

    const host = network?.address ?? "127.0.0.1";
    await parts.start(
      "boot http",
      () =>
        available("netboot.http_port", () =>
          startBootHttpServer({ host, port: config.netboot.http_port, assetsRoot: data.assets, source, log: log.child({ part: "http" }) }),
        ),
      (server) => server.close(),
    );
    if (network) {
      const record = (event: Parameters<typeof source.record>[0]) => source.record(event);
      await parts.start(
        "tftp",
        () =>
          available("netboot.tftp_port", () =>
            startTftpServer({
              root: join(data.assets, "ipxe"),
              address: host,
              port: config.netboot.tftp_port,
              record,
              log: log.child({ part: "tftp" }),
            }),
          ),
        (server) => server.close(),
      );
    }
    if (network && config.netboot.dhcp !== "off") {
      const sockets = inheritedSockets(env);
      if (config.netboot.dhcp === "full" && config.netboot.check_other_servers) await refuseBesideOthers(sockets.get("probe"), config);
      const identity = serverIdentity(network, config.netboot, (name) => existsSync(join(data.assets, "ipxe", name)));
      const mode =
        config.netboot.dhcp === "full"
          ? {
              kind: "full" as const,
              full: fullMode(config.netboot, network, identity, (options) => new Pool({ ...options, store: leases, now: Date.now })),
            }
          : { kind: "proxy" as const };
      await parts.start(
        "dhcp",
        () =>
          startDhcpServer({
            mode,
            identity,
            dhcp: handed(sockets, "dhcp"),
            bootServer: handed(sockets, "pxe4011"),
            source,
            log: log.child({ part: "dhcp" }),
          }),
        (server) => server.close(),
      );
    }
    log.info({ interface: config.netboot.interface, dhcp: config.netboot.dhcp, address: host }, "netboot serves");
    return { stop: () => parts.stop() };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

function handed(sockets: ReadonlyMap<string, number>, name: string): { fd: number } {
  const fd = sockets.get(name);
  if (fd === undefined)
    throw new MusterError("LAUNCH_FAILED", `the socket ${name} was not handed in; netboot is started through pxe/bind-sockets.py`);
  return { fd };
}

async function refuseBesideOthers(fd: number | undefined, { netboot }: Config): Promise<void> {
  if (fd === undefined) return;
  const others: OtherServer[] = await probeDhcpServers({ fd }, { waitMs: 2000 });
  const [other] = others;
  if (other)
    throw new MusterError(
      "OTHER_DHCP_SERVER",
      `${other.server} answers DHCP on ${netboot.interface} already (it offered ${other.offered})`,
    );
}

async function available<T>(key: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    throw new MusterError("PORT_UNAVAILABLE", `${key}: cannot listen`, { cause });
  }
}
