/** One followed part of Consul or Nomad: its last good value, and the failure since then, if any. */
import type { ClusterFailure } from "../../errors/cluster-failures.ts";
import type { Indexed } from "../wire/blocking-query.ts";
import type { Observation } from "../wire/watch.ts";

export interface Part<Value> {
  value?: Value;
  /** The time of the last good answer, in milliseconds of the steady clock. */
  goodAt?: number;
  failure?: ClusterFailure;
  /** The answer came, but the server that gave it lags behind. */
  lag?: string;
}

/** A server hears from the leader several times per second. */
const MOST_CONTACT_MS = 10_000;

export const goodPart = <Value>(value: Value, at: number): Part<Value> => ({ value, goodAt: at });

/** The last good value stays. */
export const failedPart = <Value>({ value, goodAt }: Part<Value>, failure: ClusterFailure): Part<Value> => ({
  ...(value !== undefined && { value }),
  ...(goodAt !== undefined && { goodAt }),
  failure,
});

/** The service has confirmed the value. */
export const confirmedPart = <Value>(part: Part<Value>, at: number): Part<Value> =>
  part.value === undefined ? part : { ...part, goodAt: at };

/** `accept` makes a row of the answer, or returns a failure if the answer cannot be true. */
export function observedPart<Answer, Value>(
  part: Part<Value>,
  news: Observation<Answer>,
  at: number,
  accept: (answer: Answer) => { value: Value } | { failure: ClusterFailure },
): Part<Value> {
  switch (news.kind) {
    case "failed":
      return failedPart(part, news.failure);
    case "unchanged":
      return confirmedPart(part, at);
    case "value": {
      const accepted = accept(news.value);
      if ("failure" in accepted) return failedPart(part, accepted.failure);
      return listedPart(accepted.value, news, at);
    }
  }
}

export function listedPart<Value>(value: Value, answer: Omit<Indexed<unknown>, "value">, at: number): Part<Value> {
  const lag = lagOf(answer);
  return { ...goodPart(value, at), ...(lag !== undefined && { lag }) };
}

function lagOf({ knownLeader, lastContactMs }: Omit<Indexed<unknown>, "value">): string | undefined {
  if (!knownLeader) return "the server that answered knows no leader";
  if (lastContactMs <= MOST_CONTACT_MS) return undefined;
  return `the server that answered has not heard from the leader for ${Math.round(lastContactMs / 1000)} s`;
}
