/** A TFTP client that does one step at a time, and a server for it with files in its own folder. */
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WireEvent } from "../../../pxe/boot-source.ts";
import { startTftpServer, type TftpServerOptions } from "../../../pxe/tftp/server.ts";
import { silentLog } from "../../support/log.ts";
import { PATIENCE_MS } from "../../support/until.ts";

export interface Packet {
  bytes: Buffer;
  port: number;
}

export async function startFixture(options: Partial<TftpServerOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "muster-tftp-"));
  const root = join(folder, "root");
  mkdirSync(root);
  const events: WireEvent[] = [];
  const record = (event: WireEvent) => events.push(event);
  const server = await startTftpServer({ root, address: "127.0.0.1", port: 0, record, log: silentLog, ...options });
  return {
    folder,
    root,
    events,
    port: server.port,
    write: (name: string, content: string | Buffer) => writeFileSync(join(root, name), content),
    client: () => TftpClient.open(server.port),
    /** Events of the client at this address, in order. */
    eventsOf: (client: TftpClient) => events.filter(({ address }) => address === client.address).map(({ type }) => type),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

let clients = 0;

export class TftpClient implements AsyncDisposable {
  /** Each client has its own address, like a machine, because the server counts by address. */
  readonly address: string;
  readonly #socket: Socket;
  readonly #serverPort: number;
  readonly #inbox: Packet[] = [];
  #wake: (() => void) | undefined;

  private constructor(address: string, socket: Socket, serverPort: number) {
    this.address = address;
    this.#socket = socket;
    this.#serverPort = serverPort;
    socket.unref(); // a test that fails half-way must not block the others
    socket.on("message", (bytes, { port }) => {
      this.#inbox.push({ bytes, port });
      this.#wake?.();
    });
  }

  static async open(serverPort: number, address?: string): Promise<TftpClient> {
    clients += 1;
    const own = address ?? `127.1.${clients >> 8}.${clients & 255}`;
    const socket = createSocket({ type: "udp4", recvBufferSize: 1024 * 1024 });
    socket.bind(0, own);
    await once(socket, "listening");
    return new TftpClient(own, socket, serverPort);
  }

  send(bytes: Buffer, port = this.#serverPort): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, port, "127.0.0.1", (cause) => (cause ? reject(cause) : resolve()));
    });
  }

  request(opcode: number, ...strings: string[]): Promise<void> {
    return this.send(Buffer.concat([Buffer.of(0, opcode), Buffer.from(strings.map((text) => `${text}\0`).join(""), "latin1")]));
  }

  read(file: string, ...options: string[]): Promise<void> {
    return this.request(1, file, "octet", ...options);
  }

  ack(block: number, port: number): Promise<void> {
    return this.send(Buffer.of(0, 4, (block >> 8) & 255, block & 255), port);
  }

  /** Returns undefined when no packet arrives. */
  async mail(waitMs: number): Promise<Packet | undefined> {
    if (this.#inbox.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    return this.#inbox.shift();
  }

  /** Returns all received packets without waiting. */
  drain(): Packet[] {
    return this.#inbox.splice(0);
  }

  async next(waitMs = PATIENCE_MS): Promise<Packet> {
    const packet = await this.mail(waitMs);
    assert(packet, `nothing came in ${waitMs} ms`);
    return packet;
  }

  async silence(ms: number): Promise<void> {
    assert.equal((await this.mail(ms))?.bytes.toString("latin1", 0, 60), undefined);
  }

  async data(block: number, payload?: Buffer | string): Promise<number> {
    const { bytes, port } = await this.next();
    assert.deepEqual([bytes.readUInt16BE(0), bytes.readUInt16BE(2)], [3, block], bytes.toString("latin1", 4, 60));
    if (payload !== undefined) assert.deepEqual(bytes.subarray(4), Buffer.from(payload as string, "latin1"));
    return port;
  }

  async oack(...options: string[]): Promise<number> {
    const { bytes, port } = await this.next();
    assert.equal(bytes.readUInt16BE(0), 6, bytes.toString("latin1", 4));
    assert.deepEqual(bytes.toString("latin1", 2).split("\0").slice(0, -1), options);
    return port;
  }

  async error(code: number): Promise<void> {
    const { bytes } = await this.next();
    assert.deepEqual([bytes.readUInt16BE(0), bytes.readUInt16BE(2)], [5, code]);
    assert.match(bytes.toString("latin1", 4), /^[\x20-\x7e]{1,60}\0$/, "short ASCII");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}

export interface FetchOptions {
  blockSize?: number;
  window?: number;
  mode?: "octet" | "netascii";
  /** The fate of the n-th DATA packet; by default it arrives. */
  fate?: (n: number) => "arrives" | "lost" | "twice";
  /** The same for the n-th ACK. */
  ackFate?: (n: number) => "arrives" | "lost" | "twice";
}

/** A client that follows RFC 1350 and 7440, retries after 300 ms, and checks only the order of blocks. */
export async function fetchFile(
  client: TftpClient,
  file: string,
  { blockSize = 512, window = 1, mode = "octet", fate = () => "arrives", ackFate = () => "arrives" }: FetchOptions = {},
): Promise<Buffer> {
  const options = [...(blockSize === 512 ? [] : ["blksize", `${blockSize}`]), ...(window === 1 ? [] : ["WindowSize", `${window}`])];
  const ask = () => client.request(1, file, mode, ...options);
  await ask();
  const deadline = Date.now() + PATIENCE_MS;
  const blocks: Buffer[] = [];
  let [received, acks, sinceAck] = [0, 0, 0];
  let server: number | undefined;
  const ack = async (port: number) => {
    acks += 1;
    sinceAck = 0;
    const times = { arrives: 1, lost: 0, twice: 2 }[ackFate(acks)];
    for (let time = 0; time < times; time++) await client.ack(blocks.length & 0xffff, port);
  };
  for (;;) {
    const packet = await client.mail(server === undefined ? 5000 : 300);
    if (!packet) {
      if (Date.now() > deadline) throw new Error("no answer");
      // The request or the acknowledgement may be lost: the server's socket holds so much and no more.
      if (server === undefined) await ask();
      else await ack(server);
      continue;
    }
    const { bytes, port } = packet;
    server = port;
    const opcode = bytes.readUInt16BE(0);
    assert.notEqual(opcode, 5, bytes.toString("latin1", 4));
    if (opcode === 6) {
      if (blocks.length === 0) await ack(port);
      continue;
    }
    received += 1;
    const times = { arrives: 1, lost: 0, twice: 2 }[fate(received)];
    for (let time = 0; time < times; time++) {
      if (bytes.readUInt16BE(2) !== ((blocks.length + 1) & 0xffff)) {
        await ack(port); // a gap or a duplicate: acknowledge the current position
        continue;
      }
      blocks.push(bytes.subarray(4));
      sinceAck += 1;
      const ended = bytes.length < 4 + blockSize;
      if (ended || sinceAck === window) await ack(port);
      if (ended) return Buffer.concat(blocks);
    }
  }
}
