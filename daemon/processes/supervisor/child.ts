/** Runs one child process of the daemon. The child holds a lock, and stops on SIGTERM or when the supervisor ends. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../log/log.ts";
import { type ProcessLock, takeLock } from "../../store/process-lock.ts";

/** The executor may take this number of milliseconds longer to stop, so that a running step over SSH can end. */
export const DRAIN_MS = 10_000;

/** Resolves with the reason to stop. The IPC channel closes when the supervisor ends, even after SIGKILL. */
function untilStop(): Promise<string> {
  return new Promise((resolve) => {
    // The listener is permanent, because some packages kill the process at a signal if no other listener remains.
    process.on("SIGTERM", () => resolve("SIGTERM"));
    process.once("disconnect", () => resolve("the supervisor is gone"));
    // Ctrl-C sends SIGINT to the whole foreground process group. The supervisor handles SIGINT, so the child
    // ignores the signal.
    process.on("SIGINT", () => undefined);
  });
}

/** `drainMs` is the time that a requested stop may take longer. */
export async function runChild(
  log: Log,
  lockFile: string,
  start: () => Promise<{ stop: (reason: string) => Promise<void> }>,
  drainMs = 0,
): Promise<void> {
  const stopping = untilStop();
  const lock = await Promise.race([turn(log, lockFile), stopping]);
  if (typeof lock === "string") return;
  const running = await start();
  const reason = await stopping;
  log.info({ reason }, "stopping");
  // The next process waits for this process to exit. Therefore this process exits even if one of its parts does not stop.
  setTimeout(() => process.exit(1), STOP_MS + drainMs).unref();
  await running.stop(reason);
  lock.release();
}

const POLL_MS = 50;
const STOP_MS = 4_000;

/** Waits for the lock. The processes of a killed daemon may still run when the next daemon starts its processes. */
async function turn(log: Log, lockFile: string): Promise<ProcessLock> {
  for (let tries = 0; ; tries++) {
    const lock = takeLock(lockFile);
    if (lock) return lock;
    if (tries === 0) log.info("waiting for the process of an earlier daemon to end");
    await sleep(POLL_MS);
  }
}
