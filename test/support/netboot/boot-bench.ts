/** The answers of boot HTTP over stores in memory, for tests that ask as several senders. */
import assert from "node:assert/strict";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { createLog } from "../../../daemon/log/log.ts";
import { BootScript } from "../../../daemon/netboot/answers/boot-script.ts";
import { Discovery } from "../../../daemon/netboot/answers/discovery.ts";
import { InstallerFiles } from "../../../daemon/netboot/answers/installer-files.ts";
import { LoaderFiles } from "../../../daemon/netboot/answers/loader-files.ts";
import { senderIn } from "../../../daemon/netboot/dhcp/sender.ts";
import { EventLimit } from "../../../daemon/netboot/event-limit.ts";
import { FleetBootSource } from "../../../daemon/netboot/source.ts";
import type { BootResponse } from "../../../pxe/boot-source.ts";
import { contentAt } from "../content.ts";
import { openWorld, type World } from "../world.ts";
import { quirkBookOf } from "./quirk-book.ts";

export interface BootBench {
  world: World;
  source: FleetBootSource;
  ask(url: string, from?: string): BootResponse;
  /** Leases an address to a card until `expiresAt`. */
  lease(mac: string, address: string, expiresAt?: number): void;
  now(id: string): Node;
  types(id: string): string[];
}

const BOOT_URL = "http://10.20.0.2:8080";
const AN_HOUR_MS = 3_600_000;

/** `now` is the clock of the limits, in milliseconds. */
export function bootBench(mode: "off" | "proxy" | "full" | undefined = "full", now: () => number = Date.now): BootBench {
  const world = openWorld();
  const content = contentAt(BOOT_URL, "http://10.20.0.2:8000");
  const checkSender = senderIn(world.leases, mode);
  const eventLimit = new EventLimit(now);
  const discovery = new Discovery(world.db, world.nodes, world.registry, now);
  const quirkBook = quirkBookOf(world);
  const installs = new InstallerFiles({ ...world, content, checkSender, eventLimit });
  const desk = new BootScript({ ...world, discovery, content, installs, quirkBook, checkSender, eventLimit });
  const source = new FleetBootSource({
    eventLimit,
    discovery,
    desk,
    loaders: new LoaderFiles(BOOT_URL),
    events: world.events,
    macAt: () => undefined,
    quirkBook,
    log: createLog("netboot", "silent"),
  });
  return {
    world,
    source,
    ask: (url, from = "10.20.0.66") => {
      const { pathname, searchParams } = new URL(url, BOOT_URL);
      return source.respond({ method: "GET", path: pathname, query: searchParams, remoteAddress: from, userAgent: "" });
    },
    lease: (mac, address, expiresAt = Date.now() + AN_HOUR_MS) => world.leases.save({ mac, address, state: "bound", expiresAt }),
    now: (id) => world.nodes.findById(id) ?? assert.fail("the node is gone"),
    types: (id) => world.events.ofNode(id, 0, 1000).map(({ type }) => type),
  };
}

export const keyIn = (script: string): string => /muster\.key=([0-9a-f]{32})/.exec(script)?.[1] ?? assert.fail(script);
