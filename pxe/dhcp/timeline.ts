/** Collects events while DHCP requests are answered, then records many events in one transaction. */
import type { Log, WireEvent } from "../boot-source.ts";

const WAIT_MS = 50;
const MOST_AT_ONCE = 256;
/** Limits the memory for events if very many machines boot at the same time. */
const MOST_KEPT = 8_192;

export class Timeline {
  readonly #record: (event: WireEvent) => void;
  readonly #together: (work: () => void) => void;
  readonly #log: Log;
  #waiting: WireEvent[] = [];
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(record: (event: WireEvent) => void, together: (work: () => void) => void, log: Log) {
    this.#record = record;
    this.#together = together;
    this.#log = log;
  }

  add(event: WireEvent): void {
    if (this.#waiting.length >= MOST_KEPT) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(event);
    this.#timer ??= setTimeout(() => this.#flushSome(), WAIT_MS);
  }

  #flushSome(): void {
    this.#timer = undefined;
    this.#write(this.#waiting.splice(0, MOST_AT_ONCE));
    // During the pause, the server can answer newly arrived packets.
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#flushSome(), 1);
  }

  /**
   * Records the pending events of these machines immediately, because an answer must not be sent before its event is
   * stored.
   */
  recordNow(macs: ReadonlySet<string>): void {
    if (macs.size === 0) return;
    const isDue = ({ mac }: WireEvent) => mac !== undefined && macs.has(mac);
    const due = this.#waiting.filter(isDue);
    this.#waiting = this.#waiting.filter((event) => !isDue(event));
    this.#write(due);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#write(this.#waiting.splice(0));
  }

  #write(events: readonly WireEvent[]): void {
    if (this.#dropped > 0) this.#log.warn({ dropped: this.#dropped }, "more happened than could be recorded");
    this.#dropped = 0;
    if (events.length === 0) return;
    try {
      this.#together(() => {
        for (const event of events) this.#record(event);
      });
    } catch (error) {
      this.#log.error({ err: error, events: events.length }, "events not recorded");
    }
  }
}
