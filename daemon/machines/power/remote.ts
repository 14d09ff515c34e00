/** Sends a power request from control to the executor over the socket, and waits for the answer. */
import { randomUUID } from "node:crypto";
import type { FromExecutor, ToExecutor } from "../../contract/executor-protocol.ts";
import type { PowerAction } from "../../contract/machines/power.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Machine } from "./choose.ts";

type Powered = Extract<FromExecutor, { type: "powered" }>;

/**
 * The executor enforces the timeout of an action. The control process waits this number of milliseconds longer for
 * the executor's answer.
 */
const GRACE_MS = 3000;

export class RemotePower {
  readonly #send: (message: ToExecutor) => boolean;
  readonly #patienceMs: number;
  readonly #waiting = new Map<string, { resolve(outcome: Powered["outcome"]): void; reject(error: Error): void }>();

  constructor(send: (message: ToExecutor) => boolean, timeoutSeconds: number) {
    this.#send = send;
    this.#patienceMs = timeoutSeconds * 1000 + GRACE_MS;
  }

  async ask({ name, macs, address }: Machine, action: PowerAction): Promise<Extract<Powered["outcome"], { ended: "well" }>> {
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<Powered["outcome"]>();
    const timer = setTimeout(() => reject(unknown()), this.#patienceMs);
    this.#waiting.set(id, { resolve, reject });
    try {
      if (!this.#send({ type: "power", id, action, machine: { name, macs, ...(address !== undefined && { address }) } }))
        throw new MusterError("POWER_UNREACHABLE", "the executor is not connected, and only it has the passwords; nothing was done");
      const outcome = await promise;
      if (outcome.ended === "badly") throw new MusterError(outcome.code, outcome.message);
      return outcome;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  receive({ id, outcome }: Powered): void {
    this.#waiting.get(id)?.resolve(outcome);
  }

  /** Rejects all open requests after the connection has ended, because no answer can arrive. */
  lost(): void {
    for (const { reject } of this.#waiting.values()) reject(unknown());
  }
}

const unknown = (): MusterError => new MusterError("POWER_UNKNOWN", "the executor disconnected before it reported the result");
