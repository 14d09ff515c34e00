/** How often somebody may ask in a minute. In memory: a restart forgives, and a flood of strangers cannot fill it. */
import type { Route } from "../contract/route.ts";

const MINUTE_MS = 60_000;
const MOST_WINDOWS = 10_000;

/** Requests a minute. */
export interface RateLimits {
  sensitive: number;
  /** What changes something. */
  normal: number;
  /** A page, a followed job and a scrape read all the time: this stops a loop gone wild, not them. */
  reading: number;
}

export const LIMITS: RateLimits = { sensitive: 10, normal: 100, reading: 3000 };

/** Undefined: not limited. What needs no key has no bearer to count, and machines that call home come all at once; what is sensitive is counted by address. */
export function limitOf({ access, method, sensitive }: Pick<Route, "access" | "method" | "sensitive">): keyof RateLimits | undefined {
  if (sensitive) return "sensitive";
  if (access === "public") return undefined;
  return method === "GET" ? "reading" : "normal";
}

interface Window {
  endsAt: number;
  count: number;
}

export class Rate {
  readonly #windows = new Map<string, Window>();

  /** Counts one of `most` a minute. Answers in how many seconds there is room again; 0 when there is. */
  take(who: string, most: number, now: number): number {
    const wait = this.wait(who, most, now);
    if (wait > 0) return wait;
    const window = this.#open(who, now);
    if (window) window.count += 1;
    else this.#begin(who, now);
    return 0;
  }

  /** As `take`, without counting. */
  wait(who: string, most: number, now: number): number {
    const window = this.#open(who, now);
    return window && window.count >= most ? Math.ceil((window.endsAt - now) / 1000) : 0;
  }

  #open(who: string, now: number): Window | undefined {
    const window = this.#windows.get(who);
    return window && window.endsAt > now ? window : undefined;
  }

  #begin(who: string, now: number): void {
    this.#windows.delete(who);
    this.#windows.set(who, { endsAt: now + MINUTE_MS, count: 1 });
    // In the order in which they began, so the first are over first.
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= MOST_WINDOWS && this.#open(oldest, now)) break;
      this.#windows.delete(oldest);
    }
  }
}
