/** The sockets around the decisions: receive, look up, decide, commit, send, record. No policy here. */
import { createSocket, type Socket } from "node:dgram";
import type { BootSource, LeaseStore, Log } from "../boot-source.ts";
import type { Tap } from "../capture/tap.ts";
import { Budget } from "./budget.ts";
import { machineSeen } from "./client.ts";
import { decideFull, type FullMode } from "./full.ts";
import type { AskableNeighbours } from "./neighbours.ts";
import { MessageType, Option } from "./option.ts";
import { type DhcpPacket, decode, encode, MalformedPacket, messageType, typeName } from "./packet.ts";
import { decideBootServer, decideProxy } from "./proxy.ts";
import { type Decision, type Endpoint, longestReply, type ServerIdentity } from "./reply.ts";
import { bind, type SocketSource } from "./socket.ts";
import { Timeline } from "./timeline.ts";

export interface DhcpServerOptions {
  /** Full mode needs networks and pools; proxy mode hands out nothing. */
  mode: { kind: "full"; full: FullMode; neighbours: AskableNeighbours; leases: Pick<LeaseStore, "settled"> } | { kind: "proxy" };
  identity: ServerIdentity;
  dhcp: SocketSource;
  bootServer: SocketSource;
  source: BootSource;
  /** Whatever `work` writes through the source is one transaction. */
  together: <T>(work: () => T) => T;
  tap?: Tap;
  log: Log;
}

export interface DhcpServer {
  dhcpPort: number;
  bootServerPort: number;
  close(): Promise<void>;
}

type Decide = (request: DhcpPacket, from: Endpoint) => Decision;

interface Message {
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
/** A hall of machines switched on at once: what the kernel may keep for us. It may allow less. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** How long a storm's machines gather, and how many. */
const TURN_MS = 5;
const MOST_A_TURN = 256;
/** Machines whose boot was seen. */
const MOST_REMEMBERED = 16_384;

export async function startDhcpServer(options: DhcpServerOptions): Promise<DhcpServer> {
  const { mode, identity, source, together, log } = options;
  const full = mode.kind === "full" ? mode : undefined;
  const decideDhcp: Decide = full
    ? (request, from) => decideFull(request, full.full, source.dhcpPlan(machineSeen(request)), from)
    : (request) => decideProxy(request, identity, source.dhcpPlan(machineSeen(request)));
  const decideBoot: Decide = (request, from) => decideBootServer(request, identity, source.dhcpPlan(machineSeen(request)), from);

  const desk = new Desk(options, new Timeline((event) => source.record(event), together, log));
  const dhcp = await listen(options.dhcp, (message) => desk.hear({ ...message, decide: decideDhcp }), log);
  let bootServer: Socket;
  try {
    bootServer = await listen(options.bootServer, (message) => desk.hear({ ...message, decide: decideBoot }), log);
  } catch (error) {
    dhcp.close();
    throw error;
  }
  return {
    dhcpPort: dhcp.address().port,
    bootServerPort: bootServer.address().port,
    close: async () => {
      desk.close();
      await Promise.all([dhcp, bootServer].map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
      await full?.neighbours.close();
    },
  };
}

async function listen(from: SocketSource, take: (message: Omit<Message, "decide">) => void, log: Log): Promise<Socket> {
  // Every address we send to is an address already: looking it up would cost a turn of the event loop.
  const socket = createSocket({ type: "udp4", reuseAddr: true, lookup: (host, _options, done) => done(null, host, 4) });
  socket.on("message", (bytes, remote) => take({ bytes, from: { address: remote.address, port: remote.port }, socket }));
  await bind(socket, from);
  socket.on("error", (error) => log.warn({ err: error }, "dhcp socket"));
  socket.setBroadcast(true);
  socket.setRecvBufferSize(RECEIVE_BUFFER);
  return socket;
}

/** Takes messages in and sends answers. A promise is sent when the leases it depends on are on disk, anything else at once. */
class Desk {
  readonly #options: DhcpServerOptions;
  readonly #timeline: Timeline;
  readonly #budget = new Budget(RATE_PER_SECOND);
  readonly #complaints = new Budget(COMPLAINTS_PER_SECOND);
  readonly #booted = new Set<string>();
  #inbox: Received[] = [];
  #lastTurn = 0;
  #closed = false;

  constructor(options: DhcpServerOptions, timeline: Timeline) {
    this.#options = options;
    this.#timeline = timeline;
  }

  hear(message: Message): void {
    this.#show("in", message.socket, message.from, message.bytes);
    this.take(message);
  }

  #show(direction: "in" | "out", socket: Socket, remote: Endpoint, bytes: Buffer): void {
    this.#options.tap?.datagram({ protocol: "dhcp", direction, port: socket.address().port, remote, bytes });
  }

  take(message: Message): void {
    if (this.#closed) return;
    const request = this.#read(message);
    if (!request) return;
    const received = { ...message, request };
    if (!isBooting(request)) {
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

  /** A machine that boots may be seen for the first time and written down: in a storm many share one transaction. */
  #scheduleTurn(): void {
    if (performance.now() - this.#lastTurn > TURN_MS) setImmediate(() => this.#turn());
    else setTimeout(() => this.#turn(), TURN_MS);
  }

  #turn(): void {
    const messages = this.#inbox;
    if (messages.length === 0) return;
    this.#inbox = [];
    try {
      this.#options.together(() => {
        for (const message of messages) this.#answer(message);
      });
    } catch (error) {
      this.#options.log.error({ err: error, machines: messages.length }, "machines not recorded");
    }
    this.#lastTurn = performance.now();
  }

  #answer(received: Received): void {
    const answer = this.#decide(received);
    if (!answer) return;
    const { mode, log } = this.#options;
    // An OFFER or NAK promises nothing.
    if (mode.kind !== "full" || messageType(answer.decision.packet) !== MessageType.ack) this.#send(answer);
    else
      mode.leases.settled().then(
        () => this.#send(answer),
        (error) => log.error({ err: error, mac: answer.request.mac }, "lease not saved, so not promised"),
      );
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
          this.#ignored(request, decision.reason);
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
    this.#options.log.warn({ ...said, from: from.address }, "dhcp message dropped");
  }

  /** Decided again when the wire has said who uses the address; everybody else is answered meanwhile. */
  #park(message: Message, address: string): void {
    const { mode, log } = this.#options;
    if (mode.kind !== "full") return;
    mode.neighbours.ask(address).then(
      () => this.take(message),
      (error) => log.warn({ err: error, address }, "cannot ask who uses an address"),
    );
  }

  #send({ socket, request, decision, bytes }: Answer): void {
    if (this.#closed) return;
    const { log } = this.#options;
    const { to, summary } = decision;
    socket.send(bytes, to.port, to.address, (error) => {
      if (error) log.warn({ err: error, mac: request.mac, to }, "dhcp answer not sent");
    });
    this.#show("out", socket, to, bytes);
    const what = typeName(messageType(request));
    log.info({ mac: request.mac, type: what, to: to.address }, summary);
    if (!this.#belongsToStory(request, decision.packet)) return;
    this.#timeline.add({
      mac: request.mac,
      type: `dhcp.${what}`,
      summary: `DHCP ${what}: ${summary}`,
      detail: { journal: decision.journal },
    });
  }

  /**
   * Of machines that boot, and of their systems what address these take. To look up every other machine would cost more than
   * its lease.
   */
  #belongsToStory(request: DhcpPacket, reply: DhcpPacket): boolean {
    if (!isBooting(request)) return messageType(reply) !== MessageType.offer && this.#booted.has(request.mac);
    if (this.#booted.size >= MOST_REMEMBERED) this.#booted.clear();
    this.#booted.add(request.mac);
    return true;
  }

  #ignored(request: DhcpPacket, reason: string): void {
    const what = typeName(messageType(request));
    this.#options.log.debug({ mac: request.mac, type: what, reason }, "dhcp ignored");
    if (isBooting(request)) this.#timeline.add({ mac: request.mac, type: `dhcp.${what}`, summary: `DHCP ${what}: ${reason}` });
  }
}

/** Only a machine that is booting has a timeline; the rest of the LAN's chatter is not ours to keep. */
function isBooting(request: DhcpPacket): boolean {
  const type = messageType(request);
  return request.options.has(Option.clientArchitecture) && (type === MessageType.discover || type === MessageType.request);
}
