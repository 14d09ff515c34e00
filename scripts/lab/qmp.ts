/** Connects to QEMU's control socket (QMP) for commands and events, as long as the machine runs. */
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

interface Message {
  return?: unknown;
  error?: { desc?: string };
  event?: string;
  data?: { reason?: string };
}

export interface Qmp {
  execute(command: string): Promise<void>;
  /**
   * Resolves after QEMU has ended, with the reason of its last shutdown, such as `guest-reset`. Resolves with
   * undefined if QEMU reported no reason.
   */
  ended: Promise<string | undefined>;
}

/**
 * Waits until QEMU has created the socket, and then connects to the socket. Returns undefined if QEMU ended before it
 * created the socket.
 */
export async function openQmp(path: string, gone: () => boolean): Promise<Qmp | undefined> {
  for (; !gone(); await sleep(20)) {
    const socket = await opened(path);
    if (socket) return listen(socket);
  }
  return undefined;
}

const opened = (path: string) =>
  new Promise<Socket | undefined>((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket)).on("error", () => resolve(undefined));
  });

function listen(socket: Socket): Qmp {
  let reason: string | undefined;
  const waiting: { resolve(): void; reject(error: Error): void; command: string }[] = [];
  const lines = createInterface({ input: socket });
  lines.on("line", (line) => {
    const message = JSON.parse(line) as Message;
    if (message.event === "SHUTDOWN") reason = message.data?.reason;
    if (!("return" in message || "error" in message)) return;
    const asked = waiting.shift();
    if (message.error) asked?.reject(new Error(`QEMU refused ${asked.command}: ${message.error.desc}`));
    else asked?.resolve();
  });
  const ended = new Promise<string | undefined>((resolve) => {
    // If QEMU is killed, the connection is reset, and this error counts as a normal end.
    lines.on("error", () => undefined);
    socket.once("close", () => {
      for (const { reject, command } of waiting) reject(new Error(`QEMU ended before it answered ${command}`));
      resolve(reason);
    });
  });
  const execute = (command: string) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ resolve, reject, command });
      socket.write(`${JSON.stringify({ execute: command })}\n`);
    });
  const agreed = execute("qmp_capabilities");
  // An error of `qmp_capabilities` is ignored here, because every later command reports the error too.
  agreed.catch(() => undefined);
  return { ended, execute: async (command) => agreed.then(() => execute(command)) };
}
