/** Decides from the followed parts what Muster can say about a service now. */
import type { Standing } from "../../contract/cluster/standing.ts";
import { NoLeader } from "../../errors/cluster-failures.ts";
import type { Part } from "./part.ts";

/** A healthy part is confirmed at least every 30 s. */
const FRESH_MS = 60_000;

/** The oldest part decides about the age, because the parts are shown together. */
export function standingOf(parts: readonly Part<unknown>[], now: number): Standing {
  const times = parts.flatMap(({ goodAt }) => goodAt ?? []);
  const ageMs = times.length === 0 ? undefined : Math.max(0, now - Math.min(...times));
  const age = ageMs === undefined ? undefined : Math.floor(ageMs / 1000);
  const failures = parts.flatMap(({ failure }) => failure ?? []);
  const failure = failures.find((each) => each instanceof NoLeader) ?? failures[0];
  if (failure)
    return {
      state: failure instanceof NoLeader ? "no-leader" : "unreachable",
      reason: failure.reason,
      next: failure.hint,
      ...(age !== undefined && { ageSeconds: age }),
    };
  if (age === undefined || isWaiting(parts))
    return {
      state: "unreachable",
      reason: "it has not answered yet",
      next: "Wait a few seconds.",
      ...(age !== undefined && { ageSeconds: age }),
    };
  const lag = parts.find((part) => part.lag !== undefined)?.lag;
  if (lag === undefined && (ageMs ?? 0) <= FRESH_MS) return { state: "fresh", ageSeconds: age };
  return {
    state: "stale",
    reason: lag ?? `its last answer is ${age} s old`,
    next: "Check the load of the servers and the network to them.",
    ageSeconds: age,
  };
}

/** True after the start, until each part has given its first answer or has failed. */
export const isWaiting = (parts: readonly Part<unknown>[]): boolean =>
  parts.every(({ failure }) => failure === undefined) && parts.some(({ goodAt }) => goodAt === undefined);
