/** Starts TFTP on one interface, and also DHCP unless the configuration turns it off. */
import { join } from "node:path";
import { socketName } from "../../../pxe/inherited-sockets.ts";
import type { Tap } from "../../../pxe/tap.ts";
import { startTftpServer } from "../../../pxe/tftp/server.ts";
import type { Lifecycle } from "../../lifecycle.ts";
import { startDhcp } from "../../netboot/dhcp/interface.ts";
import { available } from "../../netboot/port-available.ts";
import type { FleetBootSource } from "../../netboot/source.ts";
import type { LanPlace, SharedParts } from "./shared.ts";

export async function startLanServers(
  parts: Lifecycle,
  shared: SharedParts,
  place: LanPlace,
  source: FleetBootSource,
  tap: Tap,
): Promise<void> {
  const { config, data, stores, leasing, quirkBook, otherServers, arpProxies, ours, sockets, macAt, log } = shared;
  const { settings, network } = place;
  const tftp = {
    root: join(data.assets, "ipxe"),
    address: network.address,
    port: config.netboot.tftp_port,
    fd: sockets.get(socketName("tftp", settings.interface)),
    record: source.record.bind(source),
    quirks: (address: string) => {
      const mac = macAt(address);
      return mac === undefined ? {} : quirkBook.tftp(mac);
    },
    virtual: source.file.bind(source),
    tap,
    log: log.child({ part: "tftp" }),
  };
  await parts.start(
    "tftp",
    () => available("netboot.tftp_port", () => startTftpServer(tftp)),
    (server) => server.close(),
  );
  if (settings.dhcp === "off") return;
  const { leases, events } = stores;
  await parts.start(
    "dhcp",
    () => startDhcp({ place, assets: data.assets, sockets, leases, leasing, otherServers, arpProxies, ours, events, source, tap, log }),
    (dhcp) => dhcp.close(),
  );
}
