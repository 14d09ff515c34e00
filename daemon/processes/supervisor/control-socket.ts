/**
 * Control's socket for netboot and the executor if systemd starts each process. It receives their log. An open connection
 * shows that the process runs. A message that does not fit the schema ends its connection.
 */
import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import * as z from "zod";

/** The bytes of one message. One line of a log has at most 32 KiB, and JSON can double its length. */
const LONGEST_MESSAGE = 256 * 1024;
const MOST_CONNECTIONS = 8;

export const ChildMessage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("hello"), name: z.enum(["netboot", "executor"]), pid: z.int().positive() }),
  z.strictObject({ type: z.literal("log-line"), line: z.string() }),
]);
export type ChildMessage = z.infer<typeof ChildMessage>;

export interface Hearer {
  line(line: string): void;
  started(name: string, pid: number): void;
  ended(name: string): void;
}

export async function openControlSocket(path: string, hearer: Hearer): Promise<() => void> {
  const connections = new Set<Socket>();
  /** The newest connection of each process. An older process may end after its successor has connected. */
  const newest = new Map<string, Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    const take = (message: ChildMessage) => {
      if (message.type === "log-line") return hearer.line(message.line);
      newest.set(message.name, socket);
      hearer.started(message.name, message.pid);
    };
    readMessages(socket, take);
    socket.on("error", () => undefined); // The event `close` follows.
    socket.on("close", () => {
      connections.delete(socket);
      for (const [name, each] of newest)
        if (each === socket) {
          newest.delete(name);
          hearer.ended(name);
        }
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  rmSync(path, { force: true }); // of a control process that was killed
  server.listen(path);
  await once(server, "listening");
  chmodSync(path, 0o660);
  return () => {
    server.close();
    newest.clear();
    for (const socket of connections) socket.destroy();
  };
}

function readMessages(socket: Socket, take: (message: ChildMessage) => void): void {
  let waiting = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    const lines = (waiting + text).split("\n");
    waiting = lines.pop() ?? "";
    try {
      for (const line of lines) take(ChildMessage.parse(JSON.parse(line)));
    } catch {
      socket.destroy();
    }
    if (waiting.length > LONGEST_MESSAGE) socket.destroy();
  });
}
