/**
 * Builds the netboot process with DHCP, TFTP and boot HTTP on every interface. The servers answer according to
 * the state in the database.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CaptureRings } from "../../../pxe/capture/rings.ts";
import { inheritedSockets } from "../../../pxe/inherited-sockets.ts";
import type { Config } from "../../config/config.ts";
import { bootInterfaces } from "../../config/netboot.ts";
import type { DataDir } from "../../data-dir.ts";
import { Lifecycle } from "../../lifecycle.ts";
import type { Log } from "../../log/log.ts";
import { Discovery } from "../../netboot/answers/discovery.ts";
import { bootPlaces } from "../../netboot/boot-places.ts";
import { macFromArp } from "../../netboot/dhcp/arp.ts";
import { ArpProxies } from "../../netboot/dhcp/arp-proxies.ts";
import { Leasing } from "../../netboot/dhcp/leasing.ts";
import { macFinder } from "../../netboot/dhcp/mac-at.ts";
import { OtherServers } from "../../netboot/dhcp/other-servers.ts";
import { EventLimit } from "../../netboot/event-limit.ts";
import { QuirkBook } from "../../netboot/quirks/quirk-book.ts";
import { quirkFile } from "../../netboot/quirks/quirk-file.ts";
import { openStores } from "../../store/stores.ts";
import { startBootPlace } from "./boot-place.ts";
import type { SharedParts } from "./shared.ts";

export async function startNetboot(config: Config, data: DataDir, env: NodeJS.ProcessEnv, log: Log): Promise<{ stop(): Promise<void> }> {
  const parts = new Lifecycle();
  try {
    const places = bootPlaces(bootInterfaces(config.netboot));
    const stores = await parts.start(
      "database",
      () => openStores(data.database),
      ({ db }) => db.close(),
    );
    const { db, nodes, registry, leases } = stores;
    const macAt = macFinder(stores);
    const rings = new CaptureRings(data.captures);
    rings.open();
    const leasing = await parts.start(
      "leasing",
      () => new Leasing({ database: data.database, leases, log }),
      (part) => part.close(),
    );
    const discovery = new Discovery(db, nodes, registry);
    const quirkBook = new QuirkBook({ ...stores, lines: quirkFile(), hasBootFile: (name) => existsSync(join(data.assets, "ipxe", name)) });
    const ours = new Set(places.map(({ network }) => network.address));
    const otherServers = new OtherServers({ ...stores, ours, cardAt: macFromArp });
    const sockets = inheritedSockets(env);
    const eventLimit = new EventLimit();
    const shared: SharedParts = {
      ...{ config, data, stores, discovery, leasing, quirkBook, eventLimit },
      ...{ otherServers, arpProxies: new ArpProxies(stores), ours, rings, sockets, macAt, log },
    };
    if (places.length === 0) await startBootPlace(parts, shared, undefined);
    for (const place of places) await startBootPlace(parts, shared, place);
    return { stop: () => parts.stop() };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}
