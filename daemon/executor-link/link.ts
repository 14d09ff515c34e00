/** Control's side of the socket to the executor. The link reconnects automatically, but it stores no messages. */
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { type ExecutorFigures, FromExecutor, type ToExecutor } from "../contract/executor-protocol.ts";
import { backoff } from "../errors/backoff.ts";
import type { Log } from "../log/log.ts";
import { type EndHung, endByKill } from "./end-hung.ts";

export interface ExecutorPort {
  readonly connected: boolean;
  /**
   * Sends a message, and returns false if there is no connection. The caller sends the message again after the next `hello`
   * message.
   */
  send(message: ToExecutor): boolean;
}

export type FromExecutorType = FromExecutor["type"];
export type MessageOf<Type extends FromExecutorType> = Extract<FromExecutor, { type: Type }>;
export type LinkState = "connected" | "disconnected";

interface Subscription {
  types: readonly FromExecutorType[];
  hear(message: FromExecutor): void;
}

const RECONNECT_MS = { first: 100, most: 3000 };
/**
 * Control kills an executor that sends nothing for this number of milliseconds. An executor sends a heartbeat every two
 * seconds.
 */
const HANGS_MS = 60_000;
/**
 * Extra milliseconds before control kills a silent executor. If control itself was suspended, it reads the waiting messages
 * in this time.
 */
const SECOND_THOUGHT_MS = 5000;

export class ExecutorLink implements ExecutorPort {
  readonly #path: string;
  readonly #log: Log;
  readonly #subscriptions = new Set<Subscription>();
  readonly #stateListeners = new Set<(state: LinkState) => void>();
  #socket: Socket | undefined;
  #greeted = false;
  #figures: ExecutorFigures | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #silence: NodeJS.Timeout | undefined;
  readonly #hangsMs: number;
  readonly #end: EndHung;

  constructor(path: string, log: Log, hangsMs = HANGS_MS, end: EndHung = endByKill) {
    this.#hangsMs = hangsMs;
    this.#end = end;
    this.#path = path;
    this.#log = log;
  }

  /**
   * Calls `hear` for every message of these types. The oldest subscription is called first. Returns a function that
   * unsubscribes.
   */
  on<Type extends FromExecutorType>(types: readonly Type[], hear: (message: MessageOf<Type>) => void): () => void {
    // `hear` receives only messages of the types in `types`.
    const subscription: Subscription = { types, hear: (message) => hear(message as MessageOf<Type>) };
    this.#subscriptions.add(subscription);
    return () => void this.#subscriptions.delete(subscription);
  }

  /** Calls `hear` when the executor connects or disconnects. Returns a function that unsubscribes. */
  onState(hear: (state: LinkState) => void): () => void {
    // Each subscription has its own function, so that one listener can subscribe twice.
    const listener = (state: LinkState) => hear(state);
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
  }

  get connected(): boolean {
    return this.#greeted;
  }

  /** The figures in the executor's last message, or undefined while the executor is disconnected. */
  get figures(): ExecutorFigures | undefined {
    return this.#greeted ? this.#figures : undefined;
  }

  start(): void {
    const socket = connect(this.#path);
    this.#socket = socket;
    // Ignores errors, because the event `close` follows each error and calls `#again`. The module readline emits the same
    // errors again.
    createInterface({ input: socket })
      .on("line", (line) => this.#take(line))
      .on("error", () => undefined);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#again());
  }

  send(message: ToExecutor): boolean {
    if (!this.#greeted || !this.#socket) return false;
    this.#socket.write(`${JSON.stringify(message)}\n`);
    return true;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#socket?.destroy();
  }

  #take(line: string): void {
    try {
      const message = FromExecutor.parse(JSON.parse(line));
      this.#silence?.refresh();
      if (message.type === "hello") {
        this.#listenFor(message.pid);
        this.#greeted = true;
        this.#failures = 0;
        this.#log.info({ executorPid: message.pid, runs: message.runs.length }, "executor connected");
        this.#publishState("connected");
      }
      if ("figures" in message) this.#figures = message.figures;
      this.#publish(message);
    } catch (error) {
      this.#log.error({ err: error }, "a message of the executor could not be processed");
    }
  }

  /** If one listener fails, the other listeners still receive the message. */
  #publish(message: FromExecutor): void {
    for (const { types, hear } of this.#subscriptions) {
      if (!types.includes(message.type)) continue;
      try {
        hear(message);
      } catch (error) {
        this.#log.error({ err: error }, "a message of the executor could not be processed");
      }
    }
  }

  /** If one listener fails, for example on a full disk, the connection and the other listeners continue. */
  #publishState(state: LinkState): void {
    for (const hear of this.#stateListeners) {
      try {
        hear(state);
      } catch (error) {
        this.#log.error({ err: error, change: state }, "could not record that the executor connected or disconnected");
      }
    }
  }

  /** Kills an executor that hangs. The supervisor starts a new executor, which finds the runs of the killed executor. */
  #listenFor(pid: number): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const second = setTimeout(() => this.#kill(pid), Math.min(SECOND_THOUGHT_MS, this.#hangsMs));
      this.#socket?.once("data", () => clearTimeout(second)).once("close", () => clearTimeout(second));
    }, this.#hangsMs);
  }

  #kill(pid: number): void {
    if (this.#closed) return;
    this.#log.error({ executorPid: pid }, "the executor has sent nothing for a minute; control kills it so that another one starts");
    this.#end(pid).catch((error: unknown) => {
      this.#log.error({ err: error, executorPid: pid }, "the executor hangs and control cannot kill it; restart it");
    });
  }

  #again(): void {
    clearTimeout(this.#silence);
    const greeted = this.#greeted;
    this.#greeted = false;
    if (this.#closed) return;
    if (greeted) {
      this.#log.warn("executor disconnected");
      this.#publishState("disconnected");
    }
    this.#failures += 1;
    this.#timer = setTimeout(() => this.start(), backoff(RECONNECT_MS, this.#failures));
  }
}
