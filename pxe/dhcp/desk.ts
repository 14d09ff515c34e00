/** From messages to answers: what waits for what. It neither opens sockets nor knows the rules of DHCP. */
import type { Socket } from "node:dgram";
import type { BootSource, LeaseStore, Log } from "../boot-source.ts";
import type { Tap } from "../capture/tap.ts";
import { Budget } from "./budget.ts";
import { bootStage } from "./client.ts";
import type { AskableNeighbours } from "./neighbours.ts";
import { MessageType, Option } from "./option.ts";
import { type DhcpPacket, decode, encode, MalformedPacket, messageType, typeName } from "./packet.ts";
import { type Decision, type Endpoint, longestReply } from "./reply.ts";
import { told } from "./telling.ts";
import { Timeline } from "./timeline.ts";

interface DeskParts {
  /** Not in proxy mode, where nothing is handed out. */
  leasing?: { leases: Pick<LeaseStore, "settled">; neighbours: Pick<AskableNeighbours, "ask"> } | undefined;
  source: Pick<BootSource, "record">;
  /** Whatever `work` writes through the source is one transaction. */
  together: <T>(work: () => T) => T;
  tap?: Tap | undefined;
  log: Log;
}

export type Decide = (request: DhcpPacket, from: Endpoint) => Decision;

export interface Message {
  bytes: Buffer;
  from: Endpoint;
  socket: Socket;
  decide: Decide;
}

interface Received extends Message {
  request: DhcpPacket;
}

type Reply = Extract<Decision, { kind: "reply" }>;

interface Answer {
  socket: Socket;
  request: DhcpPacket;
  decision: Reply;
  bytes: Buffer;
}

/** Packets a second from one machine; firmware sends a handful. */
const RATE_PER_SECOND = 20;
/** Somebody who sends garbage must not fill the log with it. */
const COMPLAINTS_PER_SECOND = 5;
/** How long a storm's messages gather, and how many. */
const TURN_MS = 20;
const MOST_A_TURN = 512;
/** Machines whose boot was seen. */
const MOST_REMEMBERED = 16_384;

/** Takes messages in and sends answers. A promise is sent when the leases it depends on are on disk, anything else at once. */
export class Desk {
  readonly #parts: DeskParts;
  readonly #timeline: Timeline;
  readonly #budget = new Budget(RATE_PER_SECOND);
  readonly #complaints = new Budget(COMPLAINTS_PER_SECOND);
  readonly #booted = new Set<string>();
  readonly #ports = new WeakMap<Socket, number>();
  #inbox: Received[] = [];
  #heard = 0;
  #closed = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    const { source, together, log } = parts;
    this.#timeline = new Timeline((event) => source.record(event), together, log);
  }

  hear(message: Message): void {
    this.#show("in", message.socket, message.from, message.bytes);
    this.take(message);
  }

  #show(direction: "in" | "out", socket: Socket, remote: Endpoint, bytes: Buffer): void {
    this.#parts.tap?.datagram({ protocol: "dhcp", direction, port: this.#portOf(socket), remote, bytes });
  }

  /** Each asking of a socket is a system call. */
  #portOf(socket: Socket): number {
    const known = this.#ports.get(socket);
    if (known !== undefined) return known;
    const { port } = socket.address();
    this.#ports.set(socket, port);
    return port;
  }

  take(message: Message): void {
    if (this.#closed) return;
    const request = this.#read(message);
    if (!request) return;
    this.#heard += 1;
    const received = { ...message, request };
    // Nothing is written for it, and there are machines that give up after the first offers are late.
    if (messageType(request) === MessageType.discover && !isBooting(request)) {
      this.#answer(received);
      return;
    }
    if (this.#inbox.length === 0) this.#scheduleTurn();
    this.#inbox.push(received);
    if (this.#inbox.length >= MOST_A_TURN) this.#turn();
  }

  close(): void {
    this.#closed = true;
    this.#inbox = [];
    this.#timeline.flush();
  }

  /**
   * When nothing new came in, at once. In a storm OFFERs go first, and what has to be written gathers for a moment: new machines
   * share one transaction, and their leases another.
   */
  #scheduleTurn(): void {
    const until = performance.now() + TURN_MS;
    const whenQuiet = (heard: number) => {
      if (heard === this.#heard || performance.now() > until) this.#turn();
      else setImmediate(whenQuiet, this.#heard);
    };
    setImmediate(whenQuiet, this.#heard);
  }

  #turn(): void {
    const messages = this.#inbox;
    if (messages.length === 0) return;
    this.#inbox = [];
    // Nothing is written for the others: they need not wait until the thread that saves leases lets go of the database.
    for (const message of messages) if (!isBooting(message.request)) this.#answer(message);
    const booting = messages.filter(({ request }) => isBooting(request));
    if (booting.length === 0) return;
    const promised = new Set<string>();
    try {
      this.#parts.together(() => {
        for (const message of booting) if (this.#answer(message) === "promised") promised.add(message.request.mac);
        // So that what a machine was promised is in its timeline, whenever this process dies.
        this.#timeline.recordNow(promised);
      });
    } catch (error) {
      this.#parts.log.error({ err: error, machines: booting.length }, "machines not recorded");
    }
  }

  #answer(received: Received): "promised" | undefined {
    const answer = this.#decide(received);
    if (!answer) return undefined;
    const { leasing, log } = this.#parts;
    const { request } = answer;
    // An OFFER or NAK promises nothing.
    if (!leasing || messageType(answer.decision.packet) !== MessageType.ack) {
      this.#send(answer);
      this.#tell(answer);
      return undefined;
    }
    this.#tell(answer);
    leasing.leases.settled().then(
      () => this.#send(answer),
      (error) => {
        log.error({ err: error, mac: request.mac }, "lease not saved, so not promised");
        if (isBooting(request)) this.#note(request, "its lease could not be saved, so it got no answer");
      },
    );
    return "promised";
  }

  #read({ bytes, from }: Message): DhcpPacket | undefined {
    try {
      const request = decode(bytes);
      return this.#budget.spend(request.mac) ? request : undefined;
    } catch (error) {
      this.#complain(error, from);
      return undefined;
    }
  }

  #decide(received: Received): Answer | undefined {
    const { request, from, socket } = received;
    try {
      const decision = received.decide(request, from);
      switch (decision.kind) {
        case "ignore":
          this.#ignored(request, decision);
          return undefined;
        case "check":
          this.#park(received, decision.address);
          return undefined;
        case "reply":
          return { socket, request, decision, bytes: encode(decision.packet, longestReply(request)) };
      }
    } catch (error) {
      this.#complain(error, from);
      return undefined;
    }
  }

  #complain(error: unknown, from: Endpoint): void {
    if (!this.#complaints.spend(from.address)) return;
    const said = error instanceof MalformedPacket ? { reason: error.message } : { err: error };
    this.#parts.log.warn({ ...said, from: from.address }, "dhcp message dropped");
  }

  /** Decided again when the wire has said who uses the address; everybody else is answered meanwhile. */
  #park(message: Message, address: string): void {
    const { leasing, log } = this.#parts;
    leasing?.neighbours.ask(address).then(
      () => this.take(message),
      (error) => log.warn({ err: error, address }, "cannot ask who uses an address"),
    );
  }

  #send({ socket, request, decision, bytes }: Answer): void {
    if (this.#closed) return;
    const { log } = this.#parts;
    const { to, summary } = decision;
    socket.send(bytes, to.port, to.address, (error) => {
      if (error) log.warn({ err: error, mac: request.mac, to }, "dhcp answer not sent");
    });
    this.#show("out", socket, to, bytes);
    log.info({ mac: request.mac, type: typeName(messageType(request)), to: to.address }, summary);
  }

  #tell({ request, decision }: Answer): void {
    if (!this.#belongsToStory(request, decision.packet)) return;
    this.#note(request, decision.summary, { ...told(request, decision), journal: decision.journal });
  }

  #note(request: DhcpPacket, what: string, detail?: Record<string, unknown>): void {
    const type = typeName(messageType(request));
    this.#timeline.add({ mac: request.mac, type: `dhcp.${type}`, summary: `DHCP ${type}: ${what}`, ...(detail && { detail }) });
  }

  /**
   * Of machines that boot, and of their systems what address these take. To look up every other machine would cost more than
   * its lease.
   */
  #belongsToStory(request: DhcpPacket, reply: DhcpPacket): boolean {
    if (!isBooting(request)) return messageType(reply) !== MessageType.offer && this.#booted.has(request.mac);
    this.#remember(request.mac);
    return true;
  }

  #remember(mac: string): void {
    if (this.#booted.size >= MOST_REMEMBERED) this.#booted.clear();
    this.#booted.add(mac);
  }

  #ignored(request: DhcpPacket, decision: Extract<Decision, { kind: "ignore" }>): void {
    const { reason, journal } = decision;
    this.#parts.log.debug({ mac: request.mac, type: typeName(messageType(request)), reason }, "dhcp ignored");
    // In proxy mode this is the only sign of a system that came up.
    const itsSystem = messageType(request) === MessageType.request && this.#booted.has(request.mac);
    if (!isBooting(request) && !itsSystem) return;
    if (isBooting(request)) this.#remember(request.mac);
    this.#note(request, reason, { ...told(request, decision), journal });
  }
}

/** Only a machine that is booting has a timeline; the rest of the LAN's chatter is not ours to keep. */
function isBooting(request: DhcpPacket): boolean {
  const type = messageType(request);
  return (type === MessageType.discover || type === MessageType.request) && saysItBoots(request);
}

/** Old firmware says it without option 93, in its vendor class alone. */
const saysItBoots = (request: DhcpPacket): boolean =>
  request.options.has(Option.clientArchitecture) || (request.options.has(Option.vendorClass) && bootStage(request) !== "operating-system");
