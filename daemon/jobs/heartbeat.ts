/** The time until a run without a confirmation counts as unknown. The executor confirms its runs every two seconds. Pure. */
import type { Run } from "../store/jobs/runs.ts";

const LEASE_MS = 8000;
/** No running process pauses for longer. After such a pause, control itself was suspended and could not read messages. */
const AWAY_MS = 2000;

export const leaseFrom = (now: Date): string => new Date(now.getTime() + LEASE_MS).toISOString();

export const isExpired = ({ leaseUntil }: Run, now: Date): boolean => leaseUntil <= now.toISOString();

/** True when control itself was suspended. A missing confirmation then means nothing. */
export const wasAway = (lastLook: Date | undefined, now: Date): boolean =>
  lastLook === undefined || now.getTime() - lastLook.getTime() > AWAY_MS;
