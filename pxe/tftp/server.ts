/** Read-only TFTP: hands each read request to a transfer of its own. */
import { createSocket, type RemoteInfo } from "node:dgram";
import { once, setMaxListeners } from "node:events";
import type { Log, WireEvent } from "../boot-source.ts";
import { asNetascii, type Found, fromText, openFile } from "./files.ts";
import { agree } from "./options.ts";
import { decode, error, TftpError } from "./packet.ts";
import { type TransferEnd, transfer } from "./transfer.ts";

export interface TftpServerOptions {
  root: string;
  address: string;
  port: number;
  record(event: WireEvent): void;
  log: Log;
  /** Files that exist only in memory. */
  virtual?: (name: string, address: string) => string | undefined;
}

export interface TftpServer {
  port: number;
  close(): Promise<void>;
}

const PER_CLIENT = 8;
const IN_ALL = 512;

export async function startTftpServer(options: TftpServerOptions): Promise<TftpServer> {
  const { log, record } = options;
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  const running = new Map<string, string>();
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every transfer listens
  const transfers = new Set<Promise<void>>();
  const refuse = (client: RemoteInfo, code: number, message: string) => socket.send(error(code, message), client.port, client.address);

  socket.on("message", (bytes, client) => {
    const request = decode(bytes);
    if (request.kind === "write") return refuse(client, TftpError.accessViolation, "this server is read-only");
    if (request.kind !== "read") return log.debug({ from: client.address, kind: request.kind }, "tftp ignored");
    if (request.mode !== "octet" && request.mode !== "netascii")
      return refuse(client, TftpError.illegalOperation, "only octet and netascii");
    const id = `${client.address} ${client.port}`;
    // The client did not hear us yet and asked again: the transfer under way resends by itself.
    if (running.has(id)) return;
    if (running.size >= IN_ALL || [...running.values()].filter((address) => address === client.address).length >= PER_CLIENT) {
      return refuse(client, TftpError.undefined, "too many transfers, try again");
    }
    running.set(id, client.address);
    const done = serve(client, request)
      .catch((cause: unknown) => log.warn({ err: cause, file: request.file, to: client.address }, "tftp transfer failed"))
      .finally(() => {
        running.delete(id);
        transfers.delete(done);
      });
    transfers.add(done);
  });

  async function serve(client: RemoteInfo, request: Extract<ReturnType<typeof decode>, { kind: "read" }>): Promise<void> {
    const virtual = options.virtual?.(request.file, client.address);
    const opened: Found = virtual === undefined ? await openFile(options.root, request.file) : fromText(virtual);
    const name = printable(request.file);
    if (opened.kind !== "found") {
      const outside = opened.kind === "outside";
      refuse(client, outside ? TftpError.accessViolation : TftpError.notFound, outside ? "outside the boot files" : "no such file");
      record({
        address: client.address,
        type: "tftp.refused",
        summary: `TFTP ${name}: ${outside ? "outside the boot files" : "no such file"}`,
      });
      return;
    }
    const file = request.mode === "netascii" ? await asNetascii(opened) : opened;
    const terms = agree(request.options, file.size);
    const end = await transfer({ client, address: options.address, file, terms }, stop.signal);
    log.info({ to: client.address, file: name, ...end }, "tftp");
    record({ address: client.address, type: `tftp.${end.kind}`, summary: `TFTP ${name}: ${describe(end)}` });
  }

  socket.bind(options.port, options.address);
  await once(socket, "listening");
  socket.on("error", (cause) => log.warn({ err: cause }, "tftp socket"));
  return {
    port: socket.address().port,
    close: async () => {
      stop.abort();
      await Promise.all(transfers);
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

function describe(end: TransferEnd): string {
  switch (end.kind) {
    case "complete":
      return `${end.bytes} bytes`;
    case "probe":
      return "asked for its size";
    case "aborted":
      return `aborted by the machine: ${printable(end.reason)}`;
    case "gave-up":
      return `no answer after ${end.bytes} bytes`;
  }
}

const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 128);
