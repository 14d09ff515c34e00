/** Rate limits per minute. The counts are in memory and bounded. A restart resets them. */
import type { Route } from "../contract/route.ts";

const MINUTE_MS = 60_000;
const MOST_WINDOWS = 10_000;

/** Requests per minute and caller. */
export interface RateLimits {
  sensitive: number;
  /** Requests that change something. */
  normal: number;
  /** Requests that read. A page, a followed job and a scrape read all the time, so only a client in a loop reaches this. */
  reading: number;
}

export const LIMITS: RateLimits = { sensitive: 10, normal: 100, reading: 3000 };

/**
 * The limit of a route. Undefined means no limit: public routes have no caller to count, and many machines call home at
 * once. Sensitive public routes are counted by address.
 */
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

  /** Counts one request if fewer than `most` were counted in this minute, and returns 0. Else returns the seconds to wait. */
  take(who: string, most: number, now: number): number {
    const wait = this.wait(who, most, now);
    if (wait > 0) return wait;
    const window = this.#open(who, now);
    if (window) window.count += 1;
    else this.#begin(who, now);
    return 0;
  }

  /** The seconds to wait, as from `take`, without counting a request. */
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
    // The map is in order of begin, so the oldest windows end first.
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= MOST_WINDOWS && this.#open(oldest, now)) break;
      this.#windows.delete(oldest);
    }
  }
}
