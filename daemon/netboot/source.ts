/** Answers the requests of the boot servers from the fleet's rules and the database. */

import type { BootRequest, BootResponse, BootSource, DhcpPlan, MachineSeen, WireEvent } from "../../pxe/boot-source.ts";
import type { Node } from "../contract/machines/node.ts";
import { explain } from "../errors/errors.ts";
import type { Log } from "../log/log.ts";
import type { EventStore } from "../store/events.ts";
import type { BootScript } from "./answers/boot-script.ts";
import { bootFactsOf, type Discovery } from "./answers/discovery.ts";
import type { LoaderFiles } from "./answers/loader-files.ts";
import { refuse } from "./answers/responses.ts";
import { type EventLimit, recordLimited } from "./event-limit.ts";
import type { QuirkBook } from "./quirks/quirk-book.ts";

export interface SourceParts {
  discovery: Discovery;
  desk: BootScript;
  loaders: LoaderFiles;
  events: EventStore;
  /** Returns the MAC address of an IP address, because some requests contain only an IP address. */
  macAt(address: string): string | undefined;
  quirkBook: QuirkBook;
  eventLimit: EventLimit;
  /** Receives every recorded event, including the events of unknown machines. */
  observe?: (event: WireEvent) => void;
  log: Log;
}

export class FleetBootSource implements BootSource {
  readonly #parts: SourceParts;

  constructor(parts: SourceParts) {
    this.#parts = parts;
  }

  /**
   * Returns the DHCP plan of a machine. Every machine may boot from the network. The machine's script boots the
   * local disk unless the node is armed. A new machine becomes a node when its event is recorded.
   */
  dhcpPlan(machine: MachineSeen): DhcpPlan {
    // Only a booting client sends its architecture. Other clients on the LAN only need an address.
    if (machine.arch === undefined) return { netboot: false, reason: "not a booting machine" };
    const node = this.#parts.discovery.find(machine.mac);
    const bootFile = this.#parts.quirkBook.bootFile(machine, node?.facts ?? bootFactsOf(machine));
    const reason = node ? `${node.name} is ${node.state.phase}` : "a new machine";
    return bootFile === undefined ? { netboot: true, reason } : { netboot: true, reason: `${reason}, and boots by ${bootFile}`, bootFile };
  }

  /** Returns a file for TFTP that exists only in memory. */
  file(name: string): string | undefined {
    return this.#parts.loaders.file(name);
  }

  respond(request: BootRequest): BootResponse {
    try {
      const { desk, loaders } = this.#parts;
      return loaders.respond(request, (asked) => desk.respond(asked)) ?? desk.respond(request);
    } catch (error) {
      this.#parts.log.error({ err: error, path: request.path.split("/")[1] }, explain(error));
      return refuse(500, "an internal error in Muster");
    }
  }

  record(event: WireEvent): void {
    const mac = event.mac ?? (event.address === undefined ? undefined : this.#parts.macAt(event.address));
    this.#parts.observe?.(event);
    if (mac !== undefined) this.#parts.quirkBook.observe(mac, event);
    const node = mac === undefined ? undefined : this.#nodeOf(mac, event);
    if (node) recordLimited(this.#parts, node, event);
  }

  #nodeOf(mac: string, { machine }: WireEvent): Node | undefined {
    const { discovery } = this.#parts;
    return machine?.arch === undefined ? discovery.find(mac) : discovery.meet(machine);
  }
}
