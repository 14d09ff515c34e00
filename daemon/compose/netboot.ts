/** Builds the netboot process: DHCP, TFTP and boot HTTP over the fleet's rules and the database. */
import { join } from "node:path";
import { Recorder } from "../../pxe/capture/recorder.ts";
import { CaptureRings } from "../../pxe/capture/rings.ts";
import { startBootHttpServer } from "../../pxe/http/server.ts";
import { startTftpServer } from "../../pxe/tftp/server.ts";
import type { Config } from "../config.ts";
import type { DataDir } from "../data-dir.ts";
import { MusterError } from "../errors.ts";
import { Lifecycle } from "../lifecycle.ts";
import type { Log } from "../log.ts";
import { BootDesk } from "../netboot/boot-desk.ts";
import { Discovery } from "../netboot/discovery.ts";
import { InstallDesk } from "../netboot/install-desk.ts";
import { FleetBootSource } from "../netboot/source.ts";
import { openStores } from "../store/stores.ts";
import { bootNetwork } from "./address.ts";
import { macFromArp } from "./arp.ts";
import { startDhcp } from "./dhcp.ts";
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
      return leases.holder(address) ?? macFromArp(address) ?? nodes.list().find((node) => node.address === address)?.macs[0];
    }

    const host = network?.address ?? "127.0.0.1";
    const rings = new CaptureRings(data.captures);
    rings.open();
    const tap = await parts.start(
      "capture",
      () => new Recorder({ rings, address: host, macAt, log: log.child({ part: "capture" }) }),
      (recorder) => recorder.close(),
    );
    await parts.start(
      "boot http",
      () =>
        available("netboot.http_port", () =>
          startBootHttpServer({
            host,
            port: config.netboot.http_port,
            assetsRoot: data.assets,
            source,
            tap,
            log: log.child({ part: "http" }),
          }),
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
              tap,
              log: log.child({ part: "tftp" }),
            }),
          ),
        (server) => server.close(),
      );
    }
    if (network && config.netboot.dhcp !== "off") {
      await parts.start(
        "dhcp",
        () => startDhcp({ config, data, network, env, leases, events, source, tap, log }),
        (dhcp) => dhcp.close(),
      );
    }
    log.info({ interface: config.netboot.interface, dhcp: config.netboot.dhcp, address: host }, "netboot serves");
    return { stop: () => parts.stop() };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

async function available<T>(key: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    throw new MusterError("PORT_UNAVAILABLE", `${key}: cannot listen`, { cause });
  }
}
