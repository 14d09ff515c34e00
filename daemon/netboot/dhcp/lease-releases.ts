/** Gives addresses back that somebody asked for in another process: the pools are in the memory of this one. */
import type { Log } from "../../../pxe/boot-source.ts";
import { explain } from "../../errors/errors.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";

export interface ReleaseParts {
  leases: Pick<LeaseTable, "releasesAsked" | "endRelease" | "dropSetAside">;
  pools(): Iterable<{ giveBack(address: string): boolean }>;
  /** Resolves when all that was saved before is on disk. */
  settled(): Promise<void>;
  log: Log;
}

const LOOK_MS = 500;

export function followReleases(parts: ReleaseParts, lookMs = LOOK_MS): { close(): void } {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    giveBackAll(parts)
      .catch((error: unknown) => parts.log.error({ err: error }, explain(error)))
      .finally(() => {
        looking = false;
      });
  }, lookMs);
  return { close: () => clearInterval(timer) };
}

async function giveBackAll({ leases, pools, settled, log }: ReleaseParts): Promise<void> {
  for (const address of leases.releasesAsked()) {
    const done = [...pools()].some((pool) => pool.giveBack(address));
    if (!done) leases.dropSetAside(address);
    await settled();
    leases.endRelease(address);
    log.info({ address, done }, done ? "address given back" : "address was in no pool any more");
  }
}
