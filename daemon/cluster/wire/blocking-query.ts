/** The rules of blocking queries: how long one may wait, and which index comes next. */
import type { ClusterService } from "../../errors/cluster-failures.ts";

export interface BlockUntil {
  /** The index that the caller already has. The answer waits for a higher one. 0 is answered immediately. */
  index: number;
  waitSeconds: number;
}

export interface Indexed<Value> {
  value: Value;
  index: number;
  /** False if the server that answered knows no leader. Its answer may be old. */
  knownLeader: boolean;
  /** The time since the server that answered heard from the leader. */
  lastContactMs: number;
}

/** Both services shorten a longer wait without an error. */
const MOST_WAIT_SECONDS = { Consul: 600, Nomad: 300 } as const;
/** Both services add a random time of up to a 16th of the wait. */
const JITTER = 1 / 16;
const MARGIN_MS = 10_000;

const waitOf = (service: ClusterService, { waitSeconds }: BlockUntil) => Math.min(Math.max(waitSeconds, 1), MOST_WAIT_SECONDS[service]);

export const blockQuery = (service: ClusterService, block: BlockUntil) => ({ index: block.index, wait: `${waitOf(service, block)}s` });

export const blockTimeoutMs = (service: ClusterService, block: BlockUntil) =>
  Math.ceil(waitOf(service, block) * 1000 * (1 + JITTER)) + MARGIN_MS;

/**
 * The index for the next query. Both services ask clients to begin again from 0 if the index goes backwards, which
 * happens after a restore or with another server. An answer of 0 counts as 1, because a query with 0 never waits.
 */
export function nextIndex(asked: number, answered: number): number {
  const index = Math.max(answered, 1);
  return index < asked ? 0 : index;
}

export function indexOf(headers: { get(name: string): string | null }): Omit<Indexed<unknown>, "value"> {
  const read = (name: string) => headers.get(`x-consul-${name}`) ?? headers.get(`x-nomad-${name}`);
  return {
    index: wholeNumber(read("index")),
    knownLeader: read("knownleader") !== "false",
    lastContactMs: wholeNumber(read("lastcontact")),
  };
}

const wholeNumber = (text: string | null): number => (text !== null && /^\d{1,16}$/.test(text) ? Number(text) : 0);
