/**
 * Decides which TFTP read requests become transfers, and when each transfer begins. The server does not answer a
 * request that it refuses. An error message would make a ROM stop, but a ROM that gets no answer retries.
 */

const PER_CLIENT = 8;
const IN_ALL = 512;
/**
 * New transfers begin after the packets of running transfers are sent. An earlier start would cause more losses for a
 * client that already lost packets.
 */
const STARTS_PER_TURN = 16;

export type Admitted = "queued" | "under way" | "too many of this client" | "too many";

export class TransferAdmission {
  /** The IP address of the client for each transfer. An entry exists from the request until the transfer ends. */
  readonly #running = new Map<string, string>();
  readonly #perClient = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  #turn: NodeJS.Immediate | undefined;

  /**
   * The function `begin` is called in a later turn of the event loop. The caller must call `done` when the transfer
   * has ended.
   */
  ask(client: { address: string; port: number }, begin: (done: () => void) => void): Admitted {
    const { address } = client;
    const id = `${address} ${client.port}`;
    // The client repeats its request because it has not received our answer yet. The running transfer sends its
    // packets again by itself.
    if (this.#running.has(id)) return "under way";
    if (this.#running.size >= IN_ALL) return "too many";
    const ofClient = this.#perClient.get(address) ?? 0;
    if (ofClient >= PER_CLIENT) return "too many of this client";
    this.#running.set(id, address);
    this.#perClient.set(address, ofClient + 1);
    this.#waiting.push(() => begin(() => this.#leave(id, address)));
    this.#turn ??= setImmediate(() => this.#start());
    return "queued";
  }

  #start(): void {
    this.#turn = undefined;
    for (const begin of this.#waiting.splice(0, STARTS_PER_TURN)) begin();
    if (this.#waiting.length > 0) this.#turn = setImmediate(() => this.#start());
  }

  #leave(id: string, address: string): void {
    this.#running.delete(id);
    const left = (this.#perClient.get(address) ?? 1) - 1;
    if (left > 0) this.#perClient.set(address, left);
    else this.#perClient.delete(address);
  }

  close(): void {
    clearImmediate(this.#turn);
    this.#waiting.length = 0;
  }
}
