/** What every child process of the daemon has in common: it stops when told, and when its supervisor is gone. */
import type { Log } from "../log.ts";

/** Resolves with the reason to stop. The channel closes when the supervisor dies, even by SIGKILL. */
export function untilTold(): Promise<string> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve("SIGTERM"));
    process.once("disconnect", () => resolve("the supervisor is gone"));
    // Ctrl-C reaches the whole foreground group; only the supervisor decides what it means.
    process.on("SIGINT", () => undefined);
  });
}

export async function runChild(log: Log, start: () => Promise<{ stop: (reason: string) => Promise<void> }>): Promise<void> {
  const told = untilTold();
  const running = await start();
  const reason = await told;
  log.info({ reason }, "stopping");
  await running.stop(reason);
}
