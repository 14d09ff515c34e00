/** Releases addresses at the request of another process, because only this process has the address pools in memory. */
import type { Log } from "../../../pxe/boot-source.ts";
import { PeriodicTask } from "../../errors/periodic-task.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";

export interface ReleaseParts {
  leases: Pick<LeaseTable, "releasesAsked" | "endRelease" | "dropSetAside">;
  pools(): Iterable<{ giveBack(address: string): boolean }>;
  /** Resolves when all leases that were saved before the call are on disk. */
  settled(): Promise<void>;
  log: Log;
}

const LOOK_MS = 500;

export function followReleases(parts: ReleaseParts, lookMs = LOOK_MS): { close(): Promise<void> } {
  const { log } = parts;
  const rounds = new PeriodicTask({
    everyMs: lookMs,
    run: () => giveBackAll(parts),
    log,
    failure: "addresses could not be given back; retrying until it works",
  }).start();
  return { close: () => rounds.stop() };
}

async function giveBackAll({ leases, pools, settled, log }: ReleaseParts): Promise<void> {
  for (const address of leases.releasesAsked()) {
    const done = [...pools()].some((pool) => pool.giveBack(address));
    if (!done) leases.dropSetAside(address);
    await settled();
    leases.endRelease(address);
    log.info({ address, done }, done ? "address released" : "address is in no pool any more");
  }
}
