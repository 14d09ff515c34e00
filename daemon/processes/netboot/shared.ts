/** The parts that all interfaces of the netboot process share. */
import type { CaptureRings } from "../../../pxe/capture/rings.ts";
import type { InheritedSockets } from "../../../pxe/inherited-sockets.ts";
import type { Config } from "../../config/config.ts";
import type { BootInterface } from "../../config/netboot.ts";
import type { DataDir } from "../../data-dir.ts";
import type { Log } from "../../log/log.ts";
import type { Discovery } from "../../netboot/answers/discovery.ts";
import type { BootPlace } from "../../netboot/boot-places.ts";
import type { ArpProxies } from "../../netboot/dhcp/arp-proxies.ts";
import type { Leasing } from "../../netboot/dhcp/leasing.ts";
import type { OtherServers } from "../../netboot/dhcp/other-servers.ts";
import type { EventLimit } from "../../netboot/event-limit.ts";
import type { QuirkBook } from "../../netboot/quirks/quirk-book.ts";
import type { Stores } from "../../store/stores.ts";

export type LanPlace = BootPlace<BootInterface>;

export interface SharedParts {
  config: Config;
  data: DataDir;
  stores: Stores;
  discovery: Discovery;
  leasing: Leasing;
  quirkBook: QuirkBook;
  /** One limit for all interfaces. */
  eventLimit: EventLimit;
  otherServers: OtherServers;
  arpProxies: ArpProxies;
  /** Muster's addresses on all interfaces. */
  ours: ReadonlySet<string>;
  rings: CaptureRings;
  sockets: InheritedSockets;
  macAt(address: string): string | undefined;
  log: Log;
}
