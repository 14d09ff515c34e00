/** The sockets around the decisions: receive, look up, decide, commit, send, record. No policy here. */
import { createSocket, type Socket } from "node:dgram";
import type { BootSource, Log } from "../boot-source.ts";
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
  mode: { kind: "full"; full: FullMode; neighbours: AskableNeighbours } | { kind: "proxy" };
  identity: ServerIdentity;
  dhcp: SocketSource;
  bootServer: SocketSource;
  source: BootSource;
  /** Whatever `work` writes is one transaction, on disk when this returns. */
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

/** Node takes so many datagrams off a socket before it does anything else; when it took all of them, more may be there. */
const READ_AT_ONCE = 32;
const MOST_A_TURN = 256;

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
      await Promise.all([dhcp, bootServer].map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
      desk.close();
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

/** Takes messages in, and answers all of one turn of the event loop after one commit. */
class Desk {
  readonly #options: DhcpServerOptions;
  readonly #timeline: Timeline;
  readonly #budget = new Budget(RATE_PER_SECOND);
  readonly #complaints = new Budget(COMPLAINTS_PER_SECOND);
  #inbox: Message[] = [];
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
    if (this.#inbox.length === 0) setImmediate(() => this.#whenQuiet(0));
    this.#inbox.push(message);
  }

  /** One packet is answered at once. In a storm the more that wait for the disk together, the fewer times it is waited for. */
  #whenQuiet(before: number): void {
    const waiting = this.#inbox.length;
    if (waiting - before >= READ_AT_ONCE && waiting < MOST_A_TURN) setImmediate(() => this.#whenQuiet(waiting));
    else this.#turn();
  }

  close(): void {
    this.#closed = true;
    this.#inbox = [];
    this.#timeline.flush();
  }

  #turn(): void {
    const messages = this.#inbox;
    this.#inbox = [];
    const promises: Answer[] = [];
    try {
      this.#options.together(() => {
        for (const message of messages) {
          const answer = this.#decide(message);
          if (!answer) continue;
          // An ACK waits for the disk; an OFFER or NAK promises nothing.
          if (messageType(answer.decision.packet) === MessageType.ack) promises.push(answer);
          else this.#send(answer);
        }
      });
    } catch (error) {
      this.#options.log.error({ err: error, unanswered: promises.length }, "leases not saved, so not promised");
      return;
    }
    for (const answer of promises) this.#send(answer);
  }

  #decide(message: Message): Answer | undefined {
    try {
      const request = decode(message.bytes);
      if (!this.#budget.spend(request.mac)) return undefined;
      const decision = message.decide(request, message.from);
      switch (decision.kind) {
        case "ignore":
          this.#ignored(request, decision.reason);
          return undefined;
        case "check":
          this.#park(message, decision.address);
          return undefined;
        case "reply":
          return { socket: message.socket, request, decision, bytes: encode(decision.packet, longestReply(request)) };
      }
    } catch (error) {
      const said = error instanceof MalformedPacket ? { reason: error.message } : { err: error };
      if (this.#complaints.spend(message.from.address))
        this.#options.log.warn({ ...said, from: message.from.address }, "dhcp message dropped");
      return undefined;
    }
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
    const { log } = this.#options;
    const { to, summary } = decision;
    socket.send(bytes, to.port, to.address, (error) => {
      if (error) log.warn({ err: error, mac: request.mac, to }, "dhcp answer not sent");
    });
    this.#show("out", socket, to, bytes);
    const what = typeName(messageType(request));
    log.info({ mac: request.mac, type: what, to: to.address }, summary);
    // What a running system is offered is no story; what it then takes is.
    if (!isBooting(request) && messageType(decision.packet) === MessageType.offer) return;
    this.#timeline.add({
      mac: request.mac,
      type: `dhcp.${what}`,
      summary: `DHCP ${what}: ${summary}`,
      detail: { journal: decision.journal },
    });
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
