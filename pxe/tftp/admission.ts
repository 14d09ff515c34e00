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

/** The place of one transfer, from the request until the transfer ends. */
export class Place {
  readonly id: string;
  readonly address: string;
  readonly request: string;
  /** True if the client confirmed our options or a block. The source address of any other request may be forged. */
  heard = false;
  #ended: "replaced" | "displaced" | undefined;
  #onEnd: ((how: "replaced" | "displaced") => void) | undefined;

  constructor({ address, port }: { address: string; port: number }, request: string) {
    this.id = `${address} ${port}`;
    this.address = address;
    this.request = request;
  }

  end(how: "replaced" | "displaced"): void {
    this.#ended ??= how;
    this.#onEnd?.(this.#ended);
  }

  /** Calls `onEnd` when the place goes to another request. If that happened already, calls `onEnd` at once. */
  whenEnded(onEnd: (how: "replaced" | "displaced") => void): void {
    this.#onEnd = onEnd;
    if (this.#ended !== undefined) onEnd(this.#ended);
  }
}

export class TransferAdmission {
  readonly #running = new Map<string, Place>();
  readonly #perClient = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  readonly #onFull: () => void;
  #turn: NodeJS.Immediate | undefined;

  /** `onFull` is called if all places are taken and a request displaces a transfer or is ignored. */
  constructor(onFull: () => void = () => undefined) {
    this.#onFull = onFull;
  }

  /**
   * The function `begin` is called in a later turn of the event loop. The caller must call `done` when the transfer
   * has ended. `request` contains the file and the options, so that equal requests have equal texts.
   */
  ask(client: { address: string; port: number }, request: string, begin: (place: Place, done: () => void) => void): Admitted {
    const place = new Place(client, request);
    const before = this.#running.get(place.id);
    // The client repeats its request because it has not received our answer yet. The running transfer sends its
    // packets again by itself.
    if (before && !before.heard && before.request === request) return "under way";
    // Old ROMs use the same port at each boot. A client that has our answer does not repeat its request, so this
    // request begins a new transfer.
    if (before) this.#give(before, "replaced");
    if ((this.#perClient.get(place.address) ?? 0) >= PER_CLIENT) return "too many of this client";
    if (this.#running.size >= IN_ALL) {
      this.#onFull();
      const oldest = this.#oldestUnheard();
      if (!oldest) return "too many";
      this.#give(oldest, "displaced");
    }
    this.#running.set(place.id, place);
    this.#perClient.set(place.address, (this.#perClient.get(place.address) ?? 0) + 1);
    this.#waiting.push(() => begin(place, () => this.#leave(place)));
    this.#turn ??= setImmediate(() => this.#start());
    return "queued";
  }

  #oldestUnheard(): Place | undefined {
    for (const place of this.#running.values()) if (!place.heard) return place;
    return undefined;
  }

  #start(): void {
    this.#turn = undefined;
    for (const begin of this.#waiting.splice(0, STARTS_PER_TURN)) begin();
    if (this.#waiting.length > 0) this.#turn = setImmediate(() => this.#start());
  }

  #give(place: Place, how: "replaced" | "displaced"): void {
    this.#leave(place);
    place.end(how);
  }

  #leave(place: Place): void {
    if (this.#running.get(place.id) !== place) return;
    this.#running.delete(place.id);
    const left = (this.#perClient.get(place.address) ?? 1) - 1;
    if (left > 0) this.#perClient.set(place.address, left);
    else this.#perClient.delete(place.address);
  }

  close(): void {
    clearImmediate(this.#turn);
    this.#waiting.length = 0;
  }
}
