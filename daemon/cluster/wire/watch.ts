/** Follows one part of Consul or Nomad with blocking queries, for as long as the caller wants. Failures are values, not the end. */
import { ClusterFailure } from "../../errors/cluster-failures.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import { type Indexed, nextIndex } from "./blocking-query.ts";
import type { ClusterRead } from "./read.ts";
import { pauseAfter, systemPause, type Timing } from "./retry.ts";

export type Observation<Value> =
  | ({ kind: "value" } & Indexed<Value>)
  /** The wait ended without a change. The value before it is still current. */
  | { kind: "unchanged"; index: number }
  | { kind: "failed"; failure: ClusterFailure; failures: number };

export interface WatchOptions extends Timing {
  waitSeconds?: number;
  now?: () => number;
}

const WAIT_SECONDS = 60;
/** An index that races ahead makes every query return at once. Then there are at most this many queries in a second. */
const QUERIES_A_SECOND = 5;
/** So many queries may follow each other without a pause. */
const BURST = 10;

/** The caller compares the values if it needs to know what changed: a higher index does not prove a change. */
export async function* watch<Value>(
  query: (read: ClusterRead) => Promise<Indexed<Value>>,
  options: WatchOptions,
): AsyncGenerator<Observation<Value>, void> {
  const { signal, waitSeconds = WAIT_SECONDS, pause = systemPause, now = steadyMs } = options;
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
      await pauseAfter(failures, options);
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
