/** Runs one child process of the daemon. It holds its lock, and it stops on SIGTERM or when its supervisor is gone. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../log/log.ts";
import { type ProcessLock, takeLock } from "../../store/process-lock.ts";

/** Resolves with the reason to stop. The channel closes when the supervisor dies, even by SIGKILL. */
function untilStop(): Promise<string> {
  return new Promise((resolve) => {
    // `on`, not `once`: some packages clean up at signals and kill the process if no other listener is left.
    process.on("SIGTERM", () => resolve("SIGTERM"));
    process.once("disconnect", () => resolve("the supervisor is gone"));
    // Ctrl-C reaches the whole foreground process group. The supervisor handles it, so the child ignores it.
    process.on("SIGINT", () => undefined);
  });
}

export async function runChild(
  log: Log,
  lockFile: string,
  start: () => Promise<{ stop: (reason: string) => Promise<void> }>,
): Promise<void> {
  const stopping = untilStop();
  const lock = await Promise.race([turn(log, lockFile), stopping]);
  if (typeof lock === "string") return;
  const running = await start();
  const reason = await stopping;
  log.info({ reason }, "stopping");
  // The next process waits for this one to exit, so a part that does not stop must not keep it alive.
  setTimeout(() => process.exit(1), STOP_MS).unref();
  await running.stop(reason);
  lock.release();
}

const POLL_MS = 50;
const STOP_MS = 4_000;

/** Waits for the lock. After a daemon was killed, its processes may still run when the next daemon starts its own. */
async function turn(log: Log, lockFile: string): Promise<ProcessLock> {
  for (let tries = 0; ; tries++) {
    const lock = takeLock(lockFile);
    if (lock) return lock;
    if (tries === 0) log.info("waiting for the process of an earlier daemon to end");
    await sleep(POLL_MS);
  }
}
