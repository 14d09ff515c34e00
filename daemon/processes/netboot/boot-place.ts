/** Everything that serves one interface: boot HTTP, TFTP and DHCP, each of which names our address there and no other. */
import { join } from "node:path";
import type { WireEvent } from "../../../pxe/boot-source.ts";
import { Recorder } from "../../../pxe/capture/recorder.ts";
import type { CaptureRings } from "../../../pxe/capture/rings.ts";
import type { Tap } from "../../../pxe/capture/tap.ts";
import { startBootHttpServer } from "../../../pxe/http/server.ts";
import { type InheritedSockets, socketName } from "../../../pxe/inherited-sockets.ts";
import { startTftpServer } from "../../../pxe/tftp/server.ts";
import type { Config } from "../../config/config.ts";
import type { DataDir } from "../../data-dir.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Lifecycle } from "../../lifecycle.ts";
import type { Log } from "../../log/log.ts";
import { BootDesk } from "../../netboot/answers/boot-script.ts";
import type { Discovery } from "../../netboot/answers/discovery.ts";
import { InstallDesk } from "../../netboot/answers/installer-files.ts";
import { LoaderDesk } from "../../netboot/answers/loader-files.ts";
import { startDhcp } from "../../netboot/dhcp/interface.ts";
import type { Leasing } from "../../netboot/dhcp/leasing.ts";
import type { OtherServers } from "../../netboot/dhcp/other-servers.ts";
import type { QuirkBook } from "../../netboot/quirks/quirk-book.ts";
import { FleetBootSource } from "../../netboot/source.ts";
import type { Stores } from "../../store/stores.ts";
import type { BootPlace } from "../address.ts";
import { bootUrl, fleetContent } from "./fleet-content.ts";

/** What all interfaces have in common. */
export interface SharedParts {
  config: Config;
  data: DataDir;
  stores: Stores;
  discovery: Discovery;
  leasing: Leasing;
  quirkBook: QuirkBook;
  otherServers: OtherServers;
  /** Our addresses on all of them. */
  ours: ReadonlySet<string>;
  rings: CaptureRings;
  sockets: InheritedSockets;
  macAt(address: string): string | undefined;
  log: Log;
}

/** Without a place only boot HTTP, for this machine itself: a first look at Muster. */
export async function startBootPlace(parts: Lifecycle, shared: SharedParts, place: BootPlace | undefined): Promise<void> {
  const { config, data, rings, macAt, log } = shared;
  const address = place?.network.address ?? "127.0.0.1";
  const source = sourceFor(shared, place);
  const tap = await parts.start(
    "capture",
    () => new Recorder({ rings, address, macAt, log: log.child({ part: "capture" }) }),
    (recorder) => recorder.close(),
  );
  await parts.start(
    "boot http",
    () =>
      available("netboot.http_port", () =>
        startBootHttpServer({
          host: address,
          port: config.netboot.http_port,
          assetsRoot: data.assets,
          source,
          tap,
          log: log.child({ part: "http" }),
        }),
      ),
    (server) => server.close(),
  );
  if (place) await startOnInterface(parts, shared, place, source, tap);
  log.info({ interface: place?.settings.interface, dhcp: place?.settings.dhcp ?? "off", address }, "netboot serves");
}

async function startOnInterface(parts: Lifecycle, shared: SharedParts, place: BootPlace, source: FleetBootSource, tap: Tap): Promise<void> {
  const { config, data, stores, leasing, quirkBook, otherServers, ours, sockets, macAt, log } = shared;
  const { settings, network } = place;
  await parts.start(
    "tftp",
    () =>
      available("netboot.tftp_port", () =>
        startTftpServer({
          root: join(data.assets, "ipxe"),
          address: network.address,
          port: config.netboot.tftp_port,
          fd: sockets.get(socketName("tftp", settings.interface)),
          record: (event) => source.record(event),
          quirks: (address) => {
            const mac = macAt(address);
            return mac === undefined ? {} : quirkBook.tftp(mac);
          },
          virtual: (name) => source.file(name),
          tap,
          log: log.child({ part: "tftp" }),
        }),
      ),
    (server) => server.close(),
  );
  if (settings.dhcp === "off") return;
  await parts.start(
    "dhcp",
    () =>
      startDhcp({
        place,
        assets: data.assets,
        sockets,
        leases: stores.leases,
        leasing,
        otherServers,
        ours,
        events: stores.events,
        source,
        tap,
        log,
      }),
    (dhcp) => dhcp.close(),
  );
}

function sourceFor(shared: SharedParts, place: BootPlace | undefined): FleetBootSource {
  const { config, data, stores, discovery, quirkBook, otherServers, macAt, log } = shared;
  const { leases } = stores;
  const content = fleetContent(config, data, place?.network);
  const installs = new InstallDesk({
    ...stores,
    content,
    // Only where every machine's address comes from us can it be held to it.
    leasedAddress: ({ macs }) =>
      place?.settings.dhcp === "full" ? macs.map((mac) => leases.find(mac)?.address).find((found) => found !== undefined) : undefined,
  });
  const desk = new BootDesk({ ...stores, discovery, content, installs, quirkBook });
  const observe = (event: WireEvent) => otherServers.observe(event);
  const loaders = new LoaderDesk(bootUrl(config, place?.network));
  return new FleetBootSource({ discovery, desk, loaders, events: stores.events, quirkBook, observe, macAt, log });
}

async function available<T>(key: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    const forbidden = cause instanceof Error && "code" in cause && cause.code === "EACCES";
    const instead = forbidden ? " without root; systemd can open the port (scripts/systemd/install)" : "";
    throw new MusterError("PORT_UNAVAILABLE", `${key}: cannot listen${instead}`, { cause });
  }
}
