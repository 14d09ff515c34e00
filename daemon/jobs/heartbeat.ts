/** How long the executor's word for a run is good. It gives it every two seconds. Pure. */
import type { Run } from "../store/jobs/runs.ts";

const LEASE_MS = 8000;
/** Longer than any pause of a process that runs: we were away ourselves, and could not hear it. */
const AWAY_MS = 2000;

export const leaseFrom = (now: Date): string => new Date(now.getTime() + LEASE_MS).toISOString();

export const isExpired = ({ leaseUntil }: Run, now: Date): boolean => leaseUntil <= now.toISOString();

/** Of ourselves: nobody's word could be taken meanwhile, so nobody has broken it. */
export const wasAway = (lastLook: Date | undefined, now: Date): boolean =>
  lastLook === undefined || now.getTime() - lastLook.getTime() > AWAY_MS;
