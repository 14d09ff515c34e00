/**
 * The sockets of the transfers, each with a port of its own and for one transfer at a time. Some are kept: what they send
 * the kernel cuts into packets, so that a whole window leaves in one call (decision 0013).
 */
import { spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import type { Log } from "../boot-source.ts";
import type { TransferTerms } from "./options.ts";
import { DATA_HEADER } from "./packet.ts";

export interface TransferSocket {
  socket: Socket;
  /** What is longer than SEGMENT_BYTES leaves as packets of that length and one of the rest. */
  cuts: boolean;
}

/** Block and header of those who ask for windows: EDK2, U-Boot. */
const SEGMENT_BYTES = 1472;
/** For as many transfers at once; more get sockets that send packet by packet. */
const KEPT = 32;
const PATIENCE_MS = 5000;
const segmenter = join(import.meta.dirname, "segment-sockets.py");
/** A path that bears shorter packets only, or a network card that computes no checksums: each kernel has its word for it. */
const CANNOT_CUT = new Set(["EMSGSIZE", "EINVAL", "EIO"]);

export class TransferSockets {
  readonly #address: string;
  readonly #log: Log;
  /** Longest idle first: who still sends to the last transfer of a socket shall not find another one there. */
  readonly #idle: TransferSocket[] = [];
  #closed = false;

  private constructor(address: string, log: Log) {
    this.#address = address;
    this.#log = log;
  }

  static async open(address: string, log: Log): Promise<TransferSockets> {
    const opened = new TransferSockets(address, log);
    const sockets = await Promise.all(Array.from({ length: KEPT }, () => bound(address)));
    try {
      await cutAt(SEGMENT_BYTES, sockets);
      for (const socket of sockets) {
        socket.on("error", (error) => log.warn({ err: error }, "tftp transfer socket"));
        opened.#idle.push({ socket, cuts: true });
      }
    } catch (cause) {
      log.warn({ err: cause }, "tftp windows leave packet by packet, which takes longer: the kernel could not be asked to cut them");
      await Promise.all(sockets.map(closed));
    }
    return opened;
  }

  async take({ windowSize, blockSize }: TransferTerms): Promise<TransferSocket> {
    const kept = windowSize > 1 && blockSize + DATA_HEADER === SEGMENT_BYTES ? this.#idle.shift() : undefined;
    return kept ?? { socket: await bound(this.#address), cuts: false };
  }

  /** After a send that failed: whether this was the cutting, and then this socket does it no more. */
  async cutNoMore(taken: TransferSocket, cause: NodeJS.ErrnoException): Promise<boolean> {
    if (!taken.cuts || !CANNOT_CUT.has(cause.code ?? "")) return false;
    taken.cuts = false;
    this.#log.info({ err: cause }, "tftp window leaves packet by packet: the way to this machine does not bear it otherwise");
    await cutAt(0, [taken.socket]);
    return true;
  }

  async giveBack(taken: TransferSocket): Promise<void> {
    if (taken.cuts && !this.#closed) this.#idle.push(taken);
    else await closed(taken.socket);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map(({ socket }) => closed(socket)));
  }
}

async function bound(address: string): Promise<Socket> {
  // An address needs no look-up, and the packet leaves in this turn instead of the next.
  const socket = createSocket({ type: "udp4", lookup: (name, _options, done) => done(null, name, 4) });
  const listening = once(socket, "listening");
  socket.bind(0, address); // listens before it returns: there is no name to look up
  await listening;
  return socket;
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.close(() => resolve()));

/** Python can set the option, and on a socket it is handed it holds for both of us. */
async function cutAt(bytes: number, sockets: readonly Socket[]): Promise<void> {
  const child = spawn("/usr/bin/python3", ["-I", "-S", segmenter, `${bytes}`, `${sockets.length}`], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: {},
  });
  let said = "";
  child.stderr?.on("data", (some) => {
    said += some;
  });
  try {
    const ended = once(child, "close", { signal: AbortSignal.timeout(PATIENCE_MS) });
    for (const socket of sockets) child.send({}, socket, () => undefined); // what does not arrive shows in the exit code
    const [code] = await ended;
    if (code !== 0) throw new Error(`${segmenter} ended with ${code}: ${said.trim()}`);
  } finally {
    child.kill("SIGKILL");
  }
}
