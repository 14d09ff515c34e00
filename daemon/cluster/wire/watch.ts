/** Follows one part of Consul or Nomad with blocking queries, for as long as the caller wants. Failures are values, not the end. */
import { setTimeout as sleep } from "node:timers/promises";
import { backoff } from "../../errors/backoff.ts";
import { ClusterFailure } from "../../errors/cluster-failures.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import { type Indexed, nextIndex } from "./blocking-query.ts";
import type { Read } from "./read.ts";

export type Observation<Value> =
  | ({ kind: "value" } & Indexed<Value>)
  /** The wait ended without a change. The value before it is still current. */
  | { kind: "unchanged"; index: number }
  | { kind: "failed"; failure: ClusterFailure; failures: number };

export interface WatchOptions {
  signal: AbortSignal;
  waitSeconds?: number;
  /** A number from 0 to 1. Watchers that fail together must not ask again together. */
  random?: () => number;
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  now?: () => number;
}

const WAIT_SECONDS = 60;
const RETRY = { first: 500, most: 30_000 };
/** An index that races ahead makes every query return at once. Then there are at most this many queries in a second. */
const QUERIES_A_SECOND = 5;
/** So many queries may follow each other without a pause. */
const BURST = 10;

const systemPause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal, ref: false });

/** The caller compares the values if it needs to know what changed: a higher index does not prove a change. */
export async function* watch<Value>(
  query: (read: Read) => Promise<Indexed<Value>>,
  { signal, waitSeconds = WAIT_SECONDS, random = Math.random, pause = systemPause, now = steadyMs }: WatchOptions,
): AsyncGenerator<Observation<Value>, void> {
  const rate = new Rate(now);
  let index = 0;
  let failures = 0;
  while (!signal.aborted) {
    try {
      await pause(rate.delayMs(), signal);
      const asked = index;
      const answer = await query({ signal, block: { index: asked, waitSeconds } });
      failures = 0;
      index = nextIndex(asked, answer.index);
      // Index 0 means that the index went backwards. The answer is current, and the next query fetches it with its index.
      yield asked !== 0 && index === asked ? { kind: "unchanged", index } : { kind: "value", ...answer };
    } catch (failure) {
      if (signal.aborted) return;
      if (!(failure instanceof ClusterFailure)) throw failure;
      failures += 1;
      // The servers may have another index after the failure, and a query with an index that is too high would wait in vain.
      index = 0;
      yield { kind: "failed", failure, failures };
      await pause(backoff(RETRY, failures) * (0.5 + random() / 2), signal).catch(() => undefined);
    }
  }
}

/** A bucket of queries that fills at a fixed rate. */
class Rate {
  readonly #now: () => number;
  #left = BURST;
  #at: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  /** Takes one query from the bucket, and returns how long to wait for it. */
  delayMs(): number {
    const now = this.#now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 1000) * QUERIES_A_SECOND) - 1;
    this.#at = now;
    return this.#left >= 0 ? 0 : Math.ceil((-this.#left / QUERIES_A_SECOND) * 1000);
  }
}
