/**
 * Selects the DHCP exchanges for a machine's timeline. The timeline shows every exchange of a boot, and the requests
 * of the started system.
 */
import type { BootSource, Log } from "../boot-source.ts";
import { BoundedMap } from "../bounded-map.ts";
import { isBooting, machineSeen } from "./decision/client.ts";
import type { DhcpDecision } from "./decision/reply.ts";
import { exchangeOf } from "./exchange.ts";
import { MessageType } from "./message/option.ts";
import { type DhcpPacket, messageType, typeName } from "./message/packet.ts";
import { Timeline } from "./timeline.ts";

/** The number of machines whose boot the timeline remembers. */
const MOST_REMEMBERED = 16_384;

export interface BootTimelineParts {
  source: Pick<BootSource, "record">;
  together: <T>(work: () => T) => T;
  whenQuiet: (work: () => void) => void;
  log: Log;
}

export class BootTimeline {
  readonly #timeline: Timeline;
  readonly #booted = new BoundedMap<string, true>(MOST_REMEMBERED);

  constructor({ source, ...parts }: BootTimelineParts) {
    this.#timeline = new Timeline({ ...parts, record: (event) => source.record(event) });
  }

  replied(request: DhcpPacket, decision: Extract<DhcpDecision, { kind: "reply" }>): void {
    if (!this.#belongs(request, decision.packet)) return;
    this.add(request, decision.summary, decision);
  }

  ignored(request: DhcpPacket, decision: Extract<DhcpDecision, { kind: "ignore" }>): void {
    // In proxy mode, a DHCP request of the installed system is the only sign that the system has started.
    const ofItsSystem = messageType(request) === MessageType.request && this.#booted.has(request.mac);
    if (!isBooting(request) && !ofItsSystem) return;
    if (isBooting(request)) this.#remember(request.mac);
    this.add(request, decision.reason, decision);
  }

  add(request: DhcpPacket, summary: string, decision?: DhcpDecision): void {
    this.#timeline.add(request.mac, () => {
      const type = typeName(messageType(request));
      return {
        mac: request.mac,
        machine: machineSeen(request),
        type: `dhcp.${type}`,
        summary: `DHCP ${type}: ${summary}`,
        ...(decision && { detail: { ...exchangeOf(request, decision), journal: decision.journal } }),
      };
    });
  }

  recordNow(mac: string): void {
    this.#timeline.recordNow(mac);
  }

  flush(): void {
    this.#timeline.flush();
  }

  /** The check does not look up every machine of the LAN, because a lookup takes longer than granting a lease. */
  #belongs(request: DhcpPacket, reply: DhcpPacket): boolean {
    if (!isBooting(request)) return messageType(reply) !== MessageType.offer && this.#booted.has(request.mac);
    this.#remember(request.mac);
    return true;
  }

  #remember(mac: string): void {
    this.#booted.set(mac, true);
  }
}
