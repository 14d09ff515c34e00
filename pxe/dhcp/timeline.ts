/** Collects events while DHCP requests are answered, then records many events in one transaction. */
import type { Log, WireEvent } from "../boot-source.ts";

const WAIT_MS = 50;
/** During one transaction, the server answers no packets. */
const MOST_AT_ONCE = 16;
/** Limits the memory for events if very many machines boot at the same time. */
const MOST_KEPT = 8_192;

interface TimelineParts {
  record: (event: WireEvent) => void;
  together: (work: () => void) => void;
  /** Runs work when the server has nothing more urgent to do. */
  whenQuiet?: (work: () => void) => void;
  log: Log;
}

interface Waiting {
  mac: string | undefined;
  event: () => WireEvent;
}

export class Timeline {
  readonly #parts: TimelineParts;
  #waiting: Waiting[] = [];
  #dropped = 0;
  #scheduled = false;

  constructor(parts: TimelineParts) {
    this.#parts = parts;
  }

  /** The event is made when it is recorded, because the machines that wait for an answer are more urgent. */
  add(mac: string | undefined, event: () => WireEvent): void {
    if (this.#waiting.length >= MOST_KEPT) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push({ mac, event });
    this.#schedule(WAIT_MS);
  }

  /** Records the pending events of a machine immediately, because an ACK must not be sent before its event is stored. */
  recordNow(mac: string): void {
    const due = this.#waiting.filter((each) => each.mac === mac);
    this.#waiting = this.#waiting.filter((each) => each.mac !== mac);
    this.#write(due);
  }

  flush(): void {
    this.#write(this.#waiting.splice(0));
  }

  #schedule(waitMs: number): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const { whenQuiet = (work) => work() } = this.#parts;
    setTimeout(() => whenQuiet(() => this.#flushSome()), waitMs);
  }

  #flushSome(): void {
    this.#scheduled = false;
    this.#write(this.#waiting.splice(0, MOST_AT_ONCE));
    // During the pause, the server can answer newly arrived packets.
    if (this.#waiting.length > 0) this.#schedule(1);
  }

  #write(events: readonly Waiting[]): void {
    const { record, together, log } = this.#parts;
    if (this.#dropped > 0) log.warn({ dropped: this.#dropped }, "more happened than could be recorded");
    this.#dropped = 0;
    if (events.length === 0) return;
    try {
      together(() => {
        for (const { event } of events) record(event());
      });
    } catch (error) {
      log.error({ err: error, events: events.length }, "events not recorded");
    }
  }
}
