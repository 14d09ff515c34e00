/**
 * Computes when a run without a confirmation becomes `unknown`. The executor confirms its runs every two seconds. All
 * functions in this file are pure.
 */
import type { StoredRun } from "../store/jobs/runs.ts";

const LEASE_MS = 8000;
/** If more than this number of milliseconds lies between two checks, control itself was suspended and read no messages. */
const AWAY_MS = 2000;

export const leaseFrom = (now: Date): string => new Date(now.getTime() + LEASE_MS).toISOString();

export const isExpired = ({ leaseUntil }: StoredRun, now: Date): boolean => leaseUntil <= now.toISOString();

/**
 * Returns true if control itself was suspended, or if the clock was corrected. A missing confirmation then proves nothing
 * about the run, and the time of an earlier confirmation is wrong.
 */
export const wasAway = (lastLook: Date | undefined, now: Date): boolean =>
  lastLook === undefined || Math.abs(now.getTime() - lastLook.getTime()) > AWAY_MS;
