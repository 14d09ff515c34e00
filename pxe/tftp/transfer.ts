/**
 * One file to one client, on a port of its own (RFC 1350 §4). Sends a window, waits, goes on. Only a timeout
 * resends: answering a duplicate ACK would double every later block (RFC 1123 §4.2.3.1).
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Found } from "./files.ts";
import type { Terms } from "./options.ts";
import { data, decode, error, oack, TftpError } from "./packet.ts";

export type TransferEnd =
  | { kind: "complete"; bytes: number }
  /** The client only wanted to know the size: UEFI asks, aborts and asks again. */
  | { kind: "probe" }
  | { kind: "aborted"; reason: string }
  | { kind: "gave-up"; bytes: number };

export interface TransferOptions {
  client: { address: string; port: number };
  /** Our address, so that the answer comes from where the question went. */
  address: string;
  file: Extract<Found, { kind: "found" }>;
  terms: Terms;
}

/** Until the first ACK a forged source address could be anybody's; it gets this many packets and no more. */
const TRIES_BEFORE_ACK = 3;
const TRIES = 8;
const MAX_TIMEOUT_MS = 8000;

export async function transfer({ client, address, file, terms }: TransferOptions, signal: AbortSignal): Promise<TransferEnd> {
  const socket = createSocket("udp4");
  const inbox = new Inbox();
  socket.on("message", (bytes, remote) => {
    if (remote.address === client.address && remote.port === client.port) inbox.put(bytes);
    // Somebody else's packet is refused and this transfer goes on (RFC 1350 §4).
    else socket.send(error(TftpError.unknownTransfer, "unknown transfer"), remote.port, remote.address);
  });
  socket.on("error", (cause) => inbox.fail(cause));
  const stop = () => inbox.fail(new Error("the server is stopping"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    socket.bind(0, address);
    await once(socket, "listening");
    const send = (packet: Buffer) => socket.send(packet, client.port, client.address);
    return await converse(file, terms, send, inbox);
  } finally {
    signal.removeEventListener("abort", stop);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    await file.close();
  }
}

async function converse(file: TransferOptions["file"], terms: Terms, send: (packet: Buffer) => void, inbox: Inbox): Promise<TransferEnd> {
  const { blockSize, windowSize, agreed } = terms;
  const blocks = Math.floor(file.size / blockSize) + 1; // the last one is short, if need be empty
  let acked = agreed.size > 0 ? -1 : 0; // -1: the OACK itself waits for its ACK 0
  let tries = 0;
  let heard = false;
  for (;;) {
    if (acked === -1) send(oack(agreed));
    else {
      for (let block = acked + 1; block <= Math.min(acked + windowSize, blocks); block++) {
        send(data(block, await file.read((block - 1) * blockSize, blockSize)));
      }
    }
    const before = acked;
    const deadline = Date.now() + Math.min(terms.timeoutMs * 2 ** tries, MAX_TIMEOUT_MS);
    while (acked === before) {
      const bytes = await inbox.take(deadline);
      if (bytes === undefined) break;
      const said = decode(bytes);
      if (said.kind === "error") {
        return acked === -1 && terms.agreed.has("tsize")
          ? { kind: "probe" }
          : { kind: "aborted", reason: said.message || `error ${said.code}` };
      }
      if (said.kind !== "ack") continue;
      acked = newlyAcked(said.block, acked, Math.min(acked + windowSize, blocks));
      heard ||= acked !== before;
    }
    if (acked === blocks) return { kind: "complete", bytes: file.size };
    if (acked !== before) {
      tries = 0;
      continue;
    }
    tries += 1;
    // Everything was sent and the last ACK got lost: firmware often never sends it.
    if (tries >= (heard ? TRIES : TRIES_BEFORE_ACK)) return { kind: "gave-up", bytes: Math.max(acked, 0) * blockSize };
  }
}

/** The 16-bit number in an ACK, as a place in this window; the old place when it is none of it. */
function newlyAcked(wire: number, acked: number, last: number): number {
  if (acked === -1) return wire === 0 ? 0 : -1;
  for (let block = last; block > acked; block--) if ((block & 0xffff) === wire) return block;
  return acked;
}

/** Datagrams as they come, waited for with a deadline. */
class Inbox {
  readonly #waiting: Buffer[] = [];
  #wake: (() => void) | undefined;
  #failure: Error | undefined;

  put(bytes: Buffer): void {
    // A client that floods gets no more memory than a window's worth.
    if (this.#waiting.length < 256) this.#waiting.push(bytes);
    this.#wake?.();
  }

  fail(cause: Error): void {
    this.#failure = cause;
    this.#wake?.();
  }

  async take(deadline: number): Promise<Buffer | undefined> {
    for (;;) {
      if (this.#failure) throw this.#failure;
      const bytes = this.#waiting.shift();
      if (bytes) return bytes;
      const left = deadline - Date.now();
      if (left <= 0) return undefined;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
      this.#wake = undefined;
    }
  }
}
