/**
 * Sends one file to one client from its own port (RFC 1350 §4). A transfer sends a window of blocks, waits for an ACK
 * and continues. The rules are in SlidingWindow and Pace. This file handles the socket, the timer and the file.
 */
import type { Socket } from "node:dgram";
import type { Place } from "./admission.ts";
import { Blocks } from "./blocks.ts";
import type { Content } from "./content.ts";
import type { KeptPackets } from "./kept-packets.ts";
import type { TransferTerms } from "./options.ts";
import { Pace } from "./pace.ts";
import { decodeRequest, error, oack, TftpError } from "./packet.ts";
import type { TransferEnd } from "./transfer-end.ts";
import type { TransferSocket, TransferSockets } from "./transfer-sockets.ts";
import { SlidingWindow } from "./window.ts";

export interface TransferOptions {
  client: { address: string; port: number };
  content: Content;
  terms: TransferTerms;
  kept: KeptPackets;
  place: Place;
  /**
   * Receives the packets that control the transfer: agreed options, errors, and acknowledgements before the first
   * block has arrived.
   */
  shown?: (direction: "in" | "out", port: number, bytes: Uint8Array) => void;
}

/** Until the first ACK, the source address may be forged, so the server sends at most this number of packets. */
const TRIES_BEFORE_ACK = 3;
/** A client may request a timeout of 255 seconds, but a forged request must not hold a place for minutes. */
const PATIENCE_BEFORE_ACK_MS = 8000;
const TRIES = 6;
/** A switch port can be silent for half a minute, while it relearns its spanning tree. */
const PATIENCE_MS = 40_000;
/** A machine that has received the whole file is probably already running it. */
const TRIES_AT_THE_END = 4;
const PATIENCE_AT_THE_END_MS = 5000;

/** One system call accepts at most 64 KiB. */
const MOST_TOGETHER = 32;
/**
 * The number of packets of a window that are sent first. The machine receives these packets while the kernel segments
 * the others.
 */
const FIRST_TOGETHER = 4;

export async function transfer(options: TransferOptions, sockets: TransferSockets, signal: AbortSignal): Promise<TransferEnd> {
  const blocks = new Blocks(options.content, options.terms, options.kept);
  try {
    const own = await sockets.take(options.terms);
    try {
      return await new Transfer(options, sockets, own, blocks).run(signal);
    } finally {
      await sockets.giveBack(own);
    }
  } finally {
    await blocks.close();
  }
}

class Transfer {
  readonly #client: TransferOptions["client"];
  readonly #terms: TransferTerms;
  readonly #shown: TransferOptions["shown"];
  readonly #place: Place;
  readonly #sockets: TransferSockets;
  readonly #own: TransferSocket;
  readonly #socket: Socket;
  readonly #blocks: Blocks;
  readonly #window: SlidingWindow;
  readonly #pace: Pace;
  #tries = 0;
  #lastProgress = performance.now();
  /** The time at which the current blocks were first sent. The field is `undefined` if a block was sent twice. */
  #sentAt: number | undefined;
  #rewoundAt = Number.NEGATIVE_INFINITY;
  #deadline = 0;
  #hint: "none" | "taken" | "used" = "none";
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #ended = false;
  #finish: (end: TransferEnd) => void = () => undefined;
  #fail: (cause: unknown) => void = () => undefined;

  constructor({ client, terms, shown, place }: TransferOptions, sockets: TransferSockets, own: TransferSocket, blocks: Blocks) {
    this.#client = client;
    this.#terms = terms;
    this.#shown = shown;
    this.#place = place;
    this.#sockets = sockets;
    this.#own = own;
    this.#socket = own.socket;
    this.#blocks = blocks;
    this.#window = new SlidingWindow({ awaitsOackAck: terms.agreed.size > 0, rollover: terms.rollover });
    this.#pace = new Pace(terms.timeoutMs);
  }

  async run(signal: AbortSignal): Promise<TransferEnd> {
    const fail = (cause: unknown) => this.#fail(cause);
    const stop = () => this.#fail(new Error("the server is stopping"));
    try {
      return await new Promise<TransferEnd>((resolve, reject) => {
        this.#finish = resolve;
        this.#fail = reject;
        this.#place.whenEnded((kind) => resolve({ kind }));
        signal.addEventListener("abort", stop, { once: true });
        this.#socket.on("error", fail);
        this.#socket.on("message", (bytes, remote) => {
          if (remote.port === this.#client.port && remote.address === this.#client.address) this.#hear(bytes);
          // The server refuses a packet from another client, and this transfer continues (RFC 1350 §4).
          else this.#socket.send(error(TftpError.unknownTransfer, "unknown transfer"), remote.port, remote.address);
        });
        this.#readOn();
        if (this.#window.acked === -1) this.#sendOack();
        this.#wait(this.#pace.waitMs(0));
      });
    } catch (cause) {
      // Without an error packet, the machine would wait for more blocks or use a partial file.
      const { port, address } = this.#client;
      const packet = error(TftpError.undefined, "the server aborted the transfer");
      this.#socket.send(packet, port, address);
      this.#shown?.("out", this.#socket.address().port, packet);
      throw cause;
    } finally {
      this.#ended = true;
      signal.removeEventListener("abort", stop);
      clearTimeout(this.#timer);
      this.#socket.removeAllListeners("message").off("error", fail);
    }
  }

  #hear(bytes: Buffer): void {
    const said = decodeRequest(bytes);
    if (said.kind === "error" || this.#window.acked <= 0) this.#shown?.("in", this.#socket.address().port, bytes);
    if (said.kind === "error") this.#finish(this.#abortedWith(said.message || `error ${said.code}`));
    if (said.kind !== "ack") return;
    const now = performance.now();
    const heard = this.#window.hear(said.block);
    if (this.#window.confirmed) this.#place.heard = true;
    switch (heard) {
      case "all":
        this.#proceed(now);
        break;
      case "part":
        // If the server sent blocks again after each repeated ACK, these blocks would cause even more repeated ACKs.
        if (now - this.#rewoundAt < this.#pace.roundTripMs) {
          this.#measure(now);
          this.#progress(now);
          this.#takeHint();
          break;
        }
        this.#rewind();
        this.#proceed(now);
        break;
      case "again":
        // In lock-step, only a timeout may cause a repetition (RFC 1123 §4.2.3.1). In a window, the missing block may
        // be the first one.
        if (this.#terms.windowSize > 1) this.#takeHint();
    }
  }

  /** Sends the next blocks first, and does other work while the blocks are on their way. */
  #proceed(now: number): void {
    this.#measure(now);
    const { last, bytes } = this.#blocks;
    if (last !== undefined && this.#window.acked >= last) this.#finish({ kind: "complete", bytes, confirmed: true });
    else {
      this.#send(now);
      this.#readOn();
    }
    this.#progress(now);
  }

  #measure(now: number): void {
    if (this.#sentAt !== undefined) this.#pace.measured(now - this.#sentAt);
    this.#sentAt = undefined;
  }

  #progress(now: number): void {
    this.#lastProgress = now;
    this.#tries = 0;
    this.#hint = "none";
    this.#wait(this.#pace.waitMs(0), now);
  }

  #readOn(): void {
    this.#blocks.proceed(this.#window.acked, this.#socket.getSendQueueCount() === 0)?.then(() => this.#send(), this.#fail);
    this.#send();
  }

  /** Sends the blocks that are ready, as far as the window has room for them. */
  #send(now = performance.now()): void {
    const window = this.#window;
    // A read from the disk may end after another request has taken the place of this transfer.
    if (this.#ended || window.acked === -1) return;
    const end = window.acked + this.#terms.windowSize;
    const { port, address } = this.#client;
    if (window.sent === window.acked && !window.repeats) this.#sentAt = now;
    while (window.sent < end) {
      const { cuts } = this.#own;
      const together = window.sent === window.acked ? FIRST_TOGETHER : MOST_TOGETHER;
      const run = this.#blocks.run(window.sent + 1, Math.min(end - window.sent, cuts ? together : 1));
      if (!run) return;
      window.advance(run.count);
      if (cuts) this.#socket.send(run.bytes, port, address, this.#left);
      else this.#socket.send(run.bytes, port, address); // a callback for each packet would cost time and add little
    }
  }

  /** Handles a failed send. If segmentation was not the cause, the failure counts as a packet loss. */
  readonly #left = (cause: Error | null): void => {
    if (!cause) return;
    this.#sockets.cutNoMore(this.#own, cause).then((changed) => {
      if (!changed || this.#ended) return;
      this.#rewind();
      this.#send();
      this.#wait(this.#pace.waitMs(0));
    }, this.#fail);
  };

  #sendOack(): void {
    this.#sentAt = this.#tries === 0 ? performance.now() : undefined;
    const packet = oack(this.#terms.agreed);
    this.#socket.send(packet, this.#client.port, this.#client.address);
    this.#shown?.("out", this.#socket.address().port, packet);
  }

  #rewind(): void {
    this.#window.rewind();
    this.#rewoundAt = performance.now();
    this.#sentAt = undefined;
  }

  #takeHint(): void {
    if (this.#hint !== "none") return;
    this.#hint = "taken";
    this.#wait(this.#pace.quickMs);
  }

  #timeout(): void {
    if (this.#hint === "taken") this.#hint = "used";
    else this.#tries += 1;
    const end = this.#outOfPatience();
    if (end) {
      this.#finish(end);
      return;
    }
    if (this.#window.acked === -1) this.#sendOack();
    else {
      this.#rewind();
      this.#send();
    }
    this.#wait(this.#pace.waitMs(this.#tries));
  }

  #outOfPatience(): TransferEnd | undefined {
    const { sent } = this.#window;
    const silentMs = performance.now() - this.#lastProgress;
    if (!this.#window.confirmed) {
      const enough = this.#tries >= TRIES_BEFORE_ACK || silentMs >= PATIENCE_BEFORE_ACK_MS;
      return enough ? { kind: "gave-up", bytes: 0, heard: false } : undefined;
    }
    const allSent = sent === this.#blocks.last;
    const patience = allSent ? ([TRIES_AT_THE_END, PATIENCE_AT_THE_END_MS] as const) : ([TRIES, PATIENCE_MS] as const);
    // A client that requested long timeouts gets fewer tries.
    const enough = silentMs > patience[1] && this.#tries >= (silentMs > 3 * PATIENCE_MS ? 3 : patience[0]);
    if (!enough) return undefined;
    if (allSent) return { kind: "complete", bytes: this.#blocks.bytes, confirmed: false };
    return { kind: "gave-up", bytes: this.#bytesAcked(), heard: true };
  }

  #abortedWith(reason: string): TransferEnd {
    return this.#window.acked <= 0 && this.#terms.agreed.has("tsize") ? { kind: "probe" } : { kind: "aborted", reason };
  }

  #bytesAcked(): number {
    return Math.max(this.#window.acked, 0) * this.#terms.blockSize;
  }

  /** One timer serves all deadlines of a transfer, because most deadlines are postponed before they pass. */
  #wait(waitMs: number, now = performance.now()): void {
    const ms = this.#window.confirmed ? waitMs : Math.min(waitMs, Math.max(this.#lastProgress + PATIENCE_BEFORE_ACK_MS - now, 1));
    this.#deadline = now + ms;
    if (this.#timerAt <= this.#deadline) return;
    clearTimeout(this.#timer);
    this.#timerAt = this.#deadline;
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      const left = this.#deadline - performance.now();
      if (left > 0.5) this.#wait(left);
      else this.#timeout();
    }, ms);
  }
}
