/**
 * Manages the sockets of the transfers. Each socket has its own port and serves one transfer at a time. Some sockets
 * stay open with UDP segmentation (decision 0013). The kernel then splits a buffer into packets, so that one call
 * sends a whole window.
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
  /** True if the kernel splits a longer buffer into packets of SEGMENT_BYTES and a shorter last packet. */
  cuts: boolean;
}

/** The size of a DATA packet in bytes for EDK2 and U-Boot, which use windows. */
const SEGMENT_BYTES = 1472;
/**
 * The number of sockets that stay open and can serve concurrent transfers. If all of these sockets are in use, a
 * transfer gets a socket that sends single packets.
 */
const KEPT = 32;
const PATIENCE_MS = 5000;
const segmenter = join(import.meta.dirname, "segment-sockets.py");
/**
 * The error codes of a path with a smaller MTU, or of a network card without checksum offload. The error code depends
 * on the kernel.
 */
const CANNOT_CUT = new Set(["EMSGSIZE", "EINVAL", "EIO"]);

export class TransferSockets {
  readonly #address: string;
  readonly #log: Log;
  /**
   * The sockets that are not in use. The socket that was idle longest is reused first, so that a late packet from its
   * previous client is unlikely.
   */
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
      log.warn({ err: cause }, "TFTP windows are sent packet by packet, which is slower: the kernel could not be set to segment them");
      await Promise.all(sockets.map(closed));
    }
    return opened;
  }

  async take({ windowSize, blockSize }: TransferTerms): Promise<TransferSocket> {
    const kept = windowSize > 1 && blockSize + DATA_HEADER === SEGMENT_BYTES ? this.#idle.shift() : undefined;
    return kept ?? { socket: await bound(this.#address), cuts: false };
  }

  /**
   * Checks after a failed send whether segmentation was the cause. If segmentation was the cause, the function turns
   * segmentation off for this socket.
   */
  async cutNoMore(taken: TransferSocket, cause: NodeJS.ErrnoException): Promise<boolean> {
    if (!taken.cuts || !CANNOT_CUT.has(cause.code ?? "")) return false;
    taken.cuts = false;
    this.#log.info({ err: cause }, "TFTP window is sent packet by packet: the path to this machine does not support segmentation");
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
  // An IP address needs no lookup. Without a lookup, the packet is sent in the current turn of the event loop.
  const socket = createSocket({ type: "udp4", lookup: (name, _options, done) => done(null, name, 4) });
  const listening = once(socket, "listening");
  socket.bind(0, address); // the socket listens when bind returns, because no name lookup is needed
  await listening;
  return socket;
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.close(() => resolve()));

/** Python can set a socket option on a socket that it receives, and the option then applies in both processes. */
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
    for (const socket of sockets) child.send({}, socket, () => undefined); // a failure causes a nonzero exit code
    const [code] = await ended;
    if (code !== 0) throw new Error(`${segmenter} exited with ${code}: ${said.trim()}`);
  } finally {
    child.kill("SIGKILL");
  }
}
