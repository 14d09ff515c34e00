/** The connection of netboot or the executor to control's socket if systemd starts each process. It reconnects automatically. */
import { connect, type Socket } from "node:net";
import { backoff } from "../../errors/backoff.ts";
import type { ChildMessage } from "./control-socket.ts";

const RECONNECT_MS = { first: 200, most: 5000 };

export class SupervisorLine {
  readonly #path: string;
  readonly #hello: ChildMessage;
  #socket: Socket | undefined;
  #connected = false;
  #failures = 0;
  #waiting: { lines: readonly string[]; done?: (() => void) | undefined } | undefined;

  constructor(path: string, name: "netboot" | "executor", pid: number) {
    this.#path = path;
    this.#hello = { type: "hello", name, pid };
  }

  /** The connection keeps no finished process running. */
  start(): this {
    const socket = connect(this.#path).unref();
    this.#socket = socket;
    socket.on("connect", () => {
      this.#connected = true;
      this.#failures = 0;
      socket.write(`${JSON.stringify(this.#hello)}\n`);
      if (this.#waiting) this.#flush();
    });
    socket.on("error", () => undefined); // The event `close` follows.
    socket.on("close", () => {
      this.#connected = false;
      this.#failures += 1;
      setTimeout(() => this.start(), backoff(RECONNECT_MS, this.#failures)).unref();
    });
    return this;
  }

  /** While control is away, the lines wait, and the relay stores a limited number of more lines. The journal has all lines. */
  sendLines(lines: readonly string[], done?: () => void): void {
    this.#waiting = { lines, done };
    if (this.#connected) this.#flush();
  }

  #flush(): void {
    const { lines, done } = this.#waiting ?? { lines: [] };
    this.#waiting = undefined;
    const messages = lines.map((line) => JSON.stringify({ type: "log-line", line } satisfies ChildMessage));
    // The callback is also called if the connection ends first.
    this.#socket?.write(messages.map((message) => `${message}\n`).join(""), () => done?.());
  }
}
