/**
 * Follows events without a gap. Nomad keeps few events, in memory, and does not say that some are missing. So each new
 * stream is followed by a new list, and only events that are newer than the list are passed on.
 */
import { ClusterFailure, Unreachable } from "../../../errors/cluster-failures.ts";
import type { Indexed } from "../../wire/blocking-query.ts";
import type { ClusterCall } from "../../wire/request.ts";
import { pauseAfter, type Timing } from "../../wire/retry.ts";
import type { Nomad } from "../nomad.ts";
import { type EventBatch, type EventWish, eventStream, type NomadEvent } from "./events.ts";

export type EventNews<Listed> =
  /** Replaces everything that was known before. */
  | ({ kind: "listed" } & Indexed<Listed>)
  /** An event may be part of the list already, so compare the `ModifyIndex` of the objects. */
  | { kind: "events"; index: number; events: NomadEvent[] }
  /** The stream is connected. Between changes, this arrives every 10 to 30 s. */
  | { kind: "alive" }
  | { kind: "failed"; failure: ClusterFailure; failures: number };

export interface FollowEvents<Listed> extends Omit<EventWish, "index">, Timing {
  /** Reads everything that the events are about. With several lists, give the lowest index. */
  list(call: ClusterCall): Promise<Indexed<Listed>>;
}

export async function* followEvents<Listed>(nomad: Nomad, options: FollowEvents<Listed>): AsyncGenerator<EventNews<Listed>, void> {
  const { signal } = options;
  let failures = 0;
  while (!signal.aborted) {
    try {
      for await (const news of oneStream(nomad, options)) {
        if (news.kind === "events" || news.kind === "alive") failures = 0;
        yield news;
      }
      throw new Unreachable("Nomad", "its event stream ended");
    } catch (failure) {
      if (signal.aborted) return;
      if (!(failure instanceof ClusterFailure)) throw failure;
      failures += 1;
      yield { kind: "failed", failure, failures };
      await pauseAfter(failures, options);
    }
  }
}

async function* oneStream<Listed>(
  nomad: Nomad,
  { list, topics, namespace, signal }: FollowEvents<Listed>,
): AsyncGenerator<EventNews<Listed>> {
  const first = await list({ signal });
  yield { kind: "listed", ...first };
  let known = first.index;
  let last: number | undefined;
  for await (const batch of eventStream(nomad, { topics, namespace, index: known }, signal)) {
    const { index } = batch;
    const begins = last === undefined;
    // After a restore from a snapshot, the servers count on from a lower index.
    const wentBack = !isHeartbeat(batch) && index < (last ?? 0);
    last = isHeartbeat(batch) ? (last ?? 0) : index;
    // The first line proves that the stream has begun. The list after it contains all that may have been missed before.
    if (begins || wentBack) {
      const again = await list({ signal });
      yield { kind: "listed", ...again };
      known = again.index;
    }
    if (isHeartbeat(batch)) yield { kind: "alive" };
    else if (index > known) {
      known = index;
      yield { kind: "events", ...batch };
    }
  }
}

const isHeartbeat = ({ events }: EventBatch): boolean => events.length === 0;
