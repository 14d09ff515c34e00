/** Decides when each DHCP message is answered. This file opens no sockets and contains no rules of DHCP. */
import type { Log } from "../boot-source.ts";
import type { Endpoint } from "../endpoint.ts";
import { Answering, type AnsweringParts, type Message, type ReceivedMessage } from "./answering.ts";
import { Budget } from "./budget.ts";
import { isBooting } from "./decision/client.ts";
import { MessageType } from "./message/option.ts";
import { type DhcpPacket, decode, MalformedPacket, messageType, UnsupportedPacket } from "./message/packet.ts";

interface TurnsParts extends Omit<AnsweringParts, "retry" | "complain"> {
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
/** Under heavy load, the server collects messages until this time has passed or this number of messages has arrived. */
const TURN_MS = 20;
const MOST_A_TURN = 512;

/**
 * Answers the DISCOVER of an ordinary client immediately, and collects other messages into batches (turns). A turn
 * uses one transaction for its answers to all booting machines.
 */
export class Turns {
  readonly #answering: Answering;
  readonly #parts: TurnsParts;
  readonly #budget = new Budget(RATE_PER_SECOND);
  readonly #complaints = new Budget(COMPLAINTS_PER_SECOND);
  #inbox: ReceivedMessage[] = [];
  #received = 0;
  #closed = false;

  constructor(parts: TurnsParts) {
    this.#parts = parts;
    this.#answering = new Answering({
      ...parts,
      retry: (message) => this.take(message),
      complain: (error, from) => this.#complain(error, from),
    });
  }

  take(message: Message): void {
    if (this.#closed) return;
    const request = this.#read(message);
    if (!request) return;
    this.#received += 1;
    const received = { ...message, request };
    // An OFFER to a machine that does not boot needs no write, so it is sent immediately. Some machines stop booting
    // if the first offers are late.
    if (messageType(request) === MessageType.discover && !isBooting(request)) {
      this.#answering.answer(received);
      return;
    }
    if (this.#inbox.length === 0) this.#scheduleTurn();
    this.#inbox.push(received);
    if (this.#inbox.length >= MOST_A_TURN) this.#turn();
  }

  close(): void {
    this.#closed = true;
    this.#inbox = [];
    this.#answering.close();
  }

  /**
   * Starts a batch (turn) as soon as no new messages arrive. Under heavy load, the server sends OFFERs first and
   * collects writes, so that new machines share one transaction.
   */
  #scheduleTurn(): void {
    const until = performance.now() + TURN_MS;
    const whenQuiet = (received: number) => {
      if (received === this.#received || performance.now() > until) this.#turn();
      else setImmediate(whenQuiet, this.#received);
    };
    setImmediate(whenQuiet, this.#received);
  }

  #turn(): void {
    const messages = this.#inbox;
    if (messages.length === 0) return;
    this.#inbox = [];
    // An answer to a machine that does not boot needs no write here, so the answer does not wait for the writes.
    for (const message of messages) if (!isBooting(message.request)) this.#answering.answer(message);
    const booting = messages.filter(({ request }) => isBooting(request));
    if (booting.length === 0) return;
    const promised = new Set<string>();
    try {
      this.#parts.together(() => {
        for (const message of booting) if (this.#answering.answer(message) === "promised") promised.add(message.request.mac);
        // The event must be in the timeline before the ACK is sent, because this process may end immediately after
        // the ACK.
        this.#answering.recordNow(promised);
      });
    } catch (error) {
      this.#parts.log.error({ err: error, machines: booting.length }, "machines not recorded");
    }
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
