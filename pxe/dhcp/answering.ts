/**
 * Decides how to answer one DHCP message, and sends the answer. An ACK is sent after its lease and its event are on
 * disk. Every other answer is sent immediately.
 */
import type { Socket } from "node:dgram";
import type { BootSource, LeaseStore, Log } from "../boot-source.ts";
import type { Endpoint } from "../endpoint.ts";
import { BootTimeline } from "./boot-timeline.ts";
import { isBooting } from "./decision/client.ts";
import { type DhcpDecision, longestReply } from "./decision/reply.ts";
import type { AskableNeighbours } from "./lan/neighbours.ts";
import { MessageType } from "./message/option.ts";
import { type DhcpPacket, encode, messageType, typeName } from "./message/packet.ts";
import type { ShowDatagram } from "./show-datagram.ts";

export type Decide = (request: DhcpPacket, from: Endpoint) => DhcpDecision;

/** A received datagram, with the decision function of the port that received the datagram. */
export interface Message {
  bytes: Buffer;
  from: Endpoint;
  socket: Socket;
  decide: Decide;
}

export interface ReceivedMessage extends Message {
  request: DhcpPacket;
}

export interface AnsweringParts {
  /** The field is undefined in proxy mode, because a ProxyDHCP server assigns no addresses. */
  leasing?: { leases: Pick<LeaseStore, "settled">; neighbours: Pick<AskableNeighbours, "ask"> } | undefined;
  source: Pick<BootSource, "record">;
  together: <T>(work: () => T) => T;
  whenQuiet: (work: () => void) => void;
  show: ShowDatagram;
  log: Log;
  /** Processes the message again after the ARP check has shown whether the requested address is in use. */
  retry: (message: Message) => void;
  complain: (error: unknown, from: Endpoint) => void;
}

interface Answer {
  socket: Socket;
  request: DhcpPacket;
  decision: Extract<DhcpDecision, { kind: "reply" }>;
  bytes: Buffer;
}

export class Answering {
  readonly #parts: AnsweringParts;
  readonly #timeline: BootTimeline;
  #closed = false;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
    this.#timeline = new BootTimeline(parts);
  }

  /**
   * Sends every answer except an ACK. The result for an ACK is a function that sends the ACK as soon as its lease is on disk.
   * The caller first stores the events of the machine.
   */
  answer(received: ReceivedMessage): (() => void) | undefined {
    const answer = this.#decide(received);
    if (!answer) return undefined;
    const { request, decision } = answer;
    // An OFFER or a NAK makes no promise, so the server does not wait for the disk.
    const isPromise = messageType(decision.packet) === MessageType.ack;
    if (!isPromise) this.#send(answer);
    this.#timeline.replied(request, decision);
    return isPromise ? this.#promise(answer) : undefined;
  }

  #promise(answer: Answer): () => void {
    const { leasing, log } = this.#parts;
    const { request } = answer;
    const saved = (leasing?.leases.settled() ?? Promise.resolve()).then(
      () => true,
      (error) => {
        log.error({ err: error, mac: request.mac }, "lease not saved, so the ACK is not sent");
        if (isBooting(request)) this.#timeline.add(request, "the lease could not be saved, so no answer was sent");
        return false;
      },
    );
    return () => void saved.then((isSaved) => isSaved && this.#send(answer));
  }

  recordNow(mac: string): void {
    this.#timeline.recordNow(mac);
  }

  close(): void {
    this.#closed = true;
    this.#timeline.flush();
  }

  #decide(received: ReceivedMessage): Answer | undefined {
    const { request, from, socket } = received;
    try {
      const decision = received.decide(request, from);
      switch (decision.kind) {
        case "ignore":
          this.#parts.log.debug({ mac: request.mac, type: typeName(messageType(request)), reason: decision.reason }, "dhcp ignored");
          this.#timeline.ignored(request, decision);
          return undefined;
        case "check":
          this.#park(received, decision.address);
          return undefined;
        case "reply":
          return { socket, request, decision, bytes: encode(decision.packet, longestReply(request)) };
      }
    } catch (error) {
      this.#parts.complain(error, from);
      return undefined;
    }
  }

  /** The server answers other messages during the check. */
  #park(message: Message, address: string): void {
    const { leasing, log, retry } = this.#parts;
    leasing?.neighbours.ask(address).then(
      () => retry(message),
      (error) => log.warn({ err: error, address }, "cannot check whether an address is in use"),
    );
  }

  #send({ socket, request, decision, bytes }: Answer): void {
    if (this.#closed) return;
    const { log, show } = this.#parts;
    const { to, summary } = decision;
    socket.send(bytes, to.port, to.address, (error) => {
      if (error) log.warn({ err: error, mac: request.mac, to }, "dhcp answer not sent");
    });
    show("out", socket, to, bytes);
    log.info({ mac: request.mac, type: typeName(messageType(request)), to: to.address }, summary);
  }
}
