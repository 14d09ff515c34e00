/** Decides when each DHCP message is answered. This file opens no sockets and contains no rules of DHCP. */
import type { Log } from "../boot-source.ts";
import type { Endpoint } from "../endpoint.ts";
import { Quiet } from "../quiet.ts";
import { Answering, type AnsweringParts, type Message, type ReceivedMessage } from "./answering.ts";
import { Budget } from "./budget.ts";
import { isBooting } from "./decision/client.ts";
import { MessageType } from "./message/option.ts";
import { type DhcpPacket, decode, MalformedPacket, messageType, UnsupportedPacket } from "./message/packet.ts";

interface TurnsParts extends Omit<AnsweringParts, "retry" | "complain" | "whenQuiet"> {
  /** Runs `work`, and combines all events that `work` records in the boot source into one transaction. */
  together: <T>(work: () => T) => T;
  log: Log;
}

/**
 * The number of packets per second that the server accepts from one machine. Firmware sends fewer than ten packets
 * per second.
 */
const RATE_PER_SECOND = 20;
/** Limits the log lines that one sender of invalid packets can cause. */
const COMPLAINTS_PER_SECOND = 5;
/** Under heavy load, the messages of the inbox wait at most this time. */
const TURN_MS = 20;
/** The server answers no DISCOVER while it writes events. After this time, it ends the transaction and looks for messages. */
const WRITING_MS = 8;
/** If so many messages wait, the server begins a turn immediately. */
const MOST_WAITING = 4_096;
/** Under heavy load, the events after an OFFER wait at most this time for a quiet moment. */
const EVENTS_MS = 250;

/**
 * Answers each DISCOVER immediately, and collects other messages into batches (turns). A turn uses one transaction
 * for its answers to all booting machines.
 */
export class Turns {
  readonly #answering: Answering;
  readonly #parts: TurnsParts;
  readonly #budget = new Budget(RATE_PER_SECOND);
  readonly #complaints = new Budget(COMPLAINTS_PER_SECOND);
  readonly #quiet = new Quiet();
  #ordinary: ReceivedMessage[] = [];
  #booting: ReceivedMessage[] = [];
  #scheduled = false;
  #closed = false;

  constructor(parts: TurnsParts) {
    this.#parts = parts;
    this.#answering = new Answering({
      ...parts,
      whenQuiet: (work) => this.#quiet.run(work, EVENTS_MS),
      retry: (message) => this.take(message),
      complain: (error, from) => this.#complain(error, from),
    });
  }

  take(message: Message): void {
    if (this.#closed) return;
    const request = this.#read(message);
    if (!request) return;
    this.#quiet.received();
    const received = { ...message, request };
    // An OFFER needs no write, so it is sent immediately. Some machines stop booting if the first offers are late.
    if (messageType(request) === MessageType.discover) {
      this.#answering.answer(received)?.();
      return;
    }
    (isBooting(request) ? this.#booting : this.#ordinary).push(received);
    if (this.#ordinary.length + this.#booting.length >= MOST_WAITING) this.#turn();
    else this.#scheduleTurn();
  }

  close(): void {
    this.#closed = true;
    this.#ordinary = [];
    this.#booting = [];
    this.#answering.close();
  }

  #scheduleTurn(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#quiet.run(() => {
      this.#scheduled = false;
      this.#turn();
    }, TURN_MS);
  }

  #turn(): void {
    // An answer to a machine that does not boot needs no write here, so the answer does not wait for the writes.
    for (const message of this.#ordinary.splice(0)) this.#answering.answer(message)?.();
    if (this.#booting.length === 0) return;
    const acks: (() => void)[] = [];
    try {
      this.#parts.together(() => this.#answerBooting(acks));
      // The events are on disk before the ACK is sent, because this process may end immediately after the ACK.
      for (const ack of acks) ack();
    } catch (error) {
      this.#parts.log.error({ err: error, machines: acks.length }, "machines not recorded, so no ACK is sent");
    }
    if (this.#booting.length > 0) this.#scheduleTurn();
  }

  #answerBooting(acks: (() => void)[]): void {
    const until = performance.now() + WRITING_MS;
    do {
      const message = this.#booting.shift();
      if (!message) return;
      const ack = this.#answering.answer(message);
      if (!ack) continue;
      this.#answering.recordNow(message.request.mac);
      acks.push(ack);
    } while (performance.now() < until);
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

  #complain(error: unknown, from: Endpoint): void {
    if (!this.#complaints.spend(from.address)) return;
    if (error instanceof UnsupportedPacket) {
      this.#parts.log.info({ from: from.address, reason: error.message }, "dhcp message not answered");
      return;
    }
    const cause = error instanceof MalformedPacket ? { reason: error.message } : { err: error };
    this.#parts.log.warn({ ...cause, from: from.address }, "dhcp message dropped");
  }
}
