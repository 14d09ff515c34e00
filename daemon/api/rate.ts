/** Limits the requests of a caller per minute. The counts are kept in memory, so a restart resets the counts. */
import type { Route } from "../contract/route.ts";

const MINUTE_MS = 60_000;
const MOST_WINDOWS = 10_000;

/** The maximum number of requests per minute for one caller. */
export interface RateLimits {
  sensitive: number;
  /** The limit for requests that change something. */
  normal: number;
  /** The limit for read requests. The page and Prometheus read all the time, so only a client in a loop reaches this limit. */
  reading: number;
}

export const LIMITS: RateLimits = { sensitive: 10, normal: 100, reading: 3000 };

/**
 * Returns the limit that applies to a route, or undefined if the route has no limit. Public routes have no
 * limit, because they have no caller and many machines call home at once. Requests to sensitive public routes
 * are counted by client address.
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

  /**
   * Counts a request and returns 0 if fewer than `most` requests were counted in this minute. The result is the number of
   * seconds to wait if the limit is reached.
   */
  take(who: string, most: number, now: number): number {
    const wait = this.wait(who, most, now);
    if (wait > 0) return wait;
    const window = this.#open(who, now);
    if (window) window.count += 1;
    else this.#begin(who, now);
    return 0;
  }

  /** Adds requests to the current minute of a caller whose first request was counted. */
  add(who: string, count: number, now: number): void {
    const window = this.#open(who, now);
    if (window) window.count += count;
  }

  /** Returns the same number of seconds as `take`, but does not count a request. */
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
    // The map keeps the windows in the order of their start, so the first window in the map ends first.
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= MOST_WINDOWS && this.#open(oldest, now)) break;
      this.#windows.delete(oldest);
    }
  }
}
