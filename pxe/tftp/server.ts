/** A read-only TFTP server that starts a transfer for each read request. */
import { createSocket, type RemoteInfo } from "node:dgram";
import { setMaxListeners } from "node:events";
import type { Log, WireEvent } from "../boot-source.ts";
import { bind } from "../socket-source.ts";
import type { Tap } from "../tap.ts";
import { type Place, TransferAdmission } from "./admission.ts";
import { inMemory, netascii } from "./content.ts";
import { type Found, findFile } from "./files.ts";
import { KeptPackets } from "./kept-packets.ts";
import { agree, type ClientQuirks, type TransferTerms } from "./options.ts";
import { decodeRequest, error, TftpError, type TftpRequest } from "./packet.ts";
import { transfer } from "./transfer.ts";
import { describe, printable, type TransferEnd } from "./transfer-end.ts";
import { TransferSockets } from "./transfer-sockets.ts";

export interface TftpServerOptions {
  root: string;
  address: string;
  port: number;
  /**
   * The file descriptor of a bound socket. If given, this socket receives the requests. The server still sends files
   * from `address`.
   */
  fd?: number | undefined;
  record(event: WireEvent): void;
  log: Log;
  /** Returns the content of a file that exists only in memory. */
  virtual?: (name: string, address: string) => string | undefined;
  quirks?: (address: string) => ClientQuirks;
  /** The observer (tap) receives requests, agreed options, errors and first acknowledgements, but never file contents. */
  tap?: Tap;
}

export interface TftpServer {
  port: number;
  close(): Promise<void>;
}

type ReadRequest = Extract<TftpRequest, { kind: "read" }>;

const refusals = {
  missing: [TftpError.notFound, "no such file"],
  outside: [TftpError.accessViolation, "outside the boot files"],
  denied: [TftpError.accessViolation, "may not be read"],
} as const satisfies Record<Exclude<Found["kind"], "found">, readonly [number, string]>;

/** During a flood, one warning at this interval is enough. */
const WARN_EVERY_MS = 10_000;

export async function startTftpServer(options: TftpServerOptions): Promise<TftpServer> {
  const { log, record } = options;
  // The buffer is large, because a whole rack may send requests in the same second.
  const socket = createSocket({ type: "udp4", reuseAddr: true, recvBufferSize: 1024 * 1024 });
  let warnedAt = Number.NEGATIVE_INFINITY;
  const admission = new TransferAdmission(() => {
    if (performance.now() - warnedAt < WARN_EVERY_MS) return;
    warnedAt = performance.now();
    log.warn(
      { port: options.port },
      "all TFTP places are taken: transfers that no machine acknowledged are ended, and other requests are ignored",
    );
  });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // each transfer adds one listener
  const transfers = new Set<Promise<void>>();
  const show = (direction: "in" | "out", port: number, { address, port: remotePort }: RemoteInfo, bytes: Uint8Array) =>
    options.tap?.datagram({ protocol: "tftp", direction, port, remote: { address, port: remotePort }, bytes });
  const refuse = (client: RemoteInfo, code: number, message: string) => {
    const bytes = error(code, message);
    socket.send(bytes, client.port, client.address);
    show("out", socket.address().port, client, bytes);
  };

  socket.on("message", (bytes, client) => {
    const request = decodeRequest(bytes);
    show("in", socket.address().port, client, bytes);
    switch (request.kind) {
      case "read":
        return admit(client, request);
      case "write":
        return refuse(client, TftpError.accessViolation, "this server is read-only");
      case "illegal":
        log.debug({ from: client.address, reason: request.reason }, "tftp refused");
        return refuse(client, TftpError.illegalOperation, "not a request this server knows");
      default:
        // The server never answers an error packet, because two servers would then answer each other forever.
        return log.debug({ from: client.address, kind: request.kind }, "tftp ignored");
    }
  });

  function admit(client: RemoteInfo, request: ReadRequest): void {
    if (request.mode !== "octet" && request.mode !== "netascii") {
      refuse(client, TftpError.illegalOperation, "only octet and netascii");
      return;
    }
    const asked = JSON.stringify([request.file, request.mode, [...request.options]]);
    const answer = admission.ask(client, asked, (place, done) => {
      const served = serve(client, request, place)
        .catch((cause: unknown) => broken(client, request, cause))
        .finally(() => {
          done();
          transfers.delete(served);
        });
      transfers.add(served);
    });
    if (answer !== "queued") log.debug({ from: client.address, file: printable(request.file), reason: answer }, "tftp ignored");
  }

  const kept = new KeptPackets();
  async function serve(client: RemoteInfo, request: ReadRequest, place: Place): Promise<void> {
    const virtual = options.virtual?.(request.file, client.address);
    const found: Found = virtual === undefined ? await findFile(options.root, request.file) : { kind: "found", content: inMemory(virtual) };
    const name = printable(request.file);
    if (found.kind !== "found") {
      const [code, reason] = refusals[found.kind];
      refuse(client, code, reason);
      record({ address: client.address, type: "tftp.refused", summary: `TFTP ${name}: ${reason}`, detail: { file: name } });
      return;
    }
    const content = request.mode === "netascii" ? netascii(found.content) : found.content;
    const terms = agree(request.options, content.size, options.quirks?.(client.address));
    const shown = options.tap && ((direction: "in" | "out", port: number, bytes: Uint8Array) => show(direction, port, client, bytes));
    const end = await transfer({ client, content, terms, kept, place, ...(shown && { shown }) }, sockets, stop.signal);
    log.info({ to: client.address, file: name, ...end }, "tftp");
    if (end.kind === "displaced") return;
    record({
      address: client.address,
      type: `tftp.${end.kind}`,
      summary: `TFTP ${name}: ${describe(end)}`,
      detail: facts(name, terms, end),
    });
  }

  function broken(client: RemoteInfo, request: ReadRequest, cause: unknown): void {
    if (stop.signal.aborted) return;
    const name = printable(request.file);
    log.warn({ err: cause, file: name, to: client.address }, "tftp transfer failed");
    record({ address: client.address, type: "tftp.failed", summary: `TFTP ${name}: ${cause instanceof Error ? cause.message : "failed"}` });
  }

  const sockets = await TransferSockets.open(options.address, log);
  try {
    await bind(socket, options.fd === undefined ? { address: options.address, port: options.port } : { fd: options.fd });
  } catch (cause) {
    await sockets.close();
    throw cause;
  }
  socket.on("error", (cause) => log.warn({ err: cause }, "tftp socket"));
  return {
    port: socket.address().port,
    close: async () => {
      admission.close();
      stop.abort();
      await Promise.all(transfers);
      await sockets.close();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

/** Muster learns the quirks of a machine from these facts. */
const facts = (file: string, { blockSize, agreed }: TransferTerms, end: TransferEnd) => ({
  file,
  blockSize,
  options: agreed.size > 0,
  ...("bytes" in end && { bytes: end.bytes }),
  ...("heard" in end && { heard: end.heard }),
});
