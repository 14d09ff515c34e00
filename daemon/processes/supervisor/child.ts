/** What every child process of the daemon has in common: there is one of each, it stops when told, and when its supervisor is gone. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../log/log.ts";
import { type ProcessLock, takeLock } from "../../store/process-lock.ts";

/** Resolves with the reason to stop. The channel closes when the supervisor dies, even by SIGKILL. */
function untilTold(): Promise<string> {
  return new Promise((resolve) => {
    // For good, not once: a package that tidies up at signals kills the process when it finds itself the only listener left.
    process.on("SIGTERM", () => resolve("SIGTERM"));
    process.once("disconnect", () => resolve("the supervisor is gone"));
    // Ctrl-C reaches the whole foreground group; only the supervisor decides what it means.
    process.on("SIGINT", () => undefined);
  });
}

export async function runChild(
  log: Log,
  lockFile: string,
  start: () => Promise<{ stop: (reason: string) => Promise<void> }>,
): Promise<void> {
  const told = untilTold();
  const lock = await Promise.race([turn(log, lockFile), told]);
  if (typeof lock === "string") return;
  const running = await start();
  const reason = await told;
  log.info({ reason }, "stopping");
  // Whoever comes next waits for this process: something that does not end must not hold it.
  setTimeout(() => process.exit(1), STOP_MS).unref();
  await running.stop(reason);
  lock.release();
}

const POLL_MS = 50;
const STOP_MS = 4_000;

/** After a daemon was killed, its processes may still be at their last work when those of the next one come. */
async function turn(log: Log, lockFile: string): Promise<ProcessLock> {
  for (let tries = 0; ; tries++) {
    const lock = takeLock(lockFile);
    if (lock) return lock;
    if (tries === 0) log.info("waits for the process of an earlier daemon to end");
    await sleep(POLL_MS);
  }
}
