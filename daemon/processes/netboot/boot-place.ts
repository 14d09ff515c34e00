/**
 * Builds the servers of one interface. This file starts boot HTTP, and `lan-servers.ts` starts TFTP and DHCP. Of
 * Muster's addresses, a machine receives only the address on this interface.
 */
import type { WireEvent } from "../../../pxe/boot-source.ts";
import { Recorder } from "../../../pxe/capture/recorder.ts";
import { startBootHttpServer } from "../../../pxe/http/server.ts";
import type { Lifecycle } from "../../lifecycle.ts";
import { BootScript } from "../../netboot/answers/boot-script.ts";
import { InstallerFiles } from "../../netboot/answers/installer-files.ts";
import { LoaderFiles } from "../../netboot/answers/loader-files.ts";
import { senderIn } from "../../netboot/dhcp/sender.ts";
import { available } from "../../netboot/port-available.ts";
import { FleetBootSource } from "../../netboot/source.ts";
import { bootUrl, fleetContent } from "./fleet-content.ts";
import { startLanServers } from "./lan-servers.ts";
import type { LanPlace, SharedParts } from "./shared.ts";

/** Starts the servers of a boot interface (place). Without an interface, only boot HTTP starts, on the loopback address. */
export async function startBootPlace(parts: Lifecycle, shared: SharedParts, place: LanPlace | undefined): Promise<void> {
  const { config, data, rings, macAt, log } = shared;
  const address = place?.network.address ?? "127.0.0.1";
  const source = sourceFor(shared, place);
  const tap = await parts.start(
    "capture",
    () => new Recorder({ rings, address, macAt, log: log.child({ part: "capture" }) }),
    (recorder) => recorder.close(),
  );
  const http = {
    host: address,
    port: config.netboot.http_port,
    assetsRoot: data.assets,
    source,
    tap,
    log: log.child({ part: "http" }),
  };
  await parts.start(
    "boot http",
    () => available("netboot.http_port", () => startBootHttpServer(http)),
    (server) => server.close(),
  );
  if (place) await startLanServers(parts, shared, place, source, tap);
  log.info({ interface: place?.settings.interface, dhcp: place?.settings.dhcp ?? "off", address }, "netboot serves");
}

function sourceFor(shared: SharedParts, place: LanPlace | undefined): FleetBootSource {
  const { config, data, stores, discovery, quirkBook, eventLimit, otherServers, macAt, log } = shared;
  const content = fleetContent(config, data, place?.network);
  const checkSender = senderIn(stores.leases, place?.settings.dhcp);
  const installs = new InstallerFiles({ ...stores, content, checkSender, eventLimit });
  const desk = new BootScript({ ...stores, discovery, content, installs, quirkBook, checkSender, eventLimit });
  const observe = (event: WireEvent) => otherServers.observe(event);
  const loaders = new LoaderFiles(bootUrl(config, place?.network));
  return new FleetBootSource({ discovery, desk, loaders, events: stores.events, quirkBook, eventLimit, observe, macAt, log });
}
