/** Reads from a daemon that may restart meanwhile. A job or a plan continues while the daemon restarts, so the command waits. */
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "../contract/client.ts";
import { CommandFailure } from "./failure.ts";

export interface RestartPatience {
  everyMs: number;
  /** After this time without an answer, the command gives up. */
  upToMs: number;
  now(): number;
}

export const PATIENCE: RestartPatience = { everyMs: 1000, upToMs: 600_000, now: Date.now };

/** The status that a proxy sends while the daemon behind it is away. */
const AWAY = [502, 503, 504];

const isAway = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.code === "DAEMON_UNREACHABLE" || (error.code === "HTTP_ERROR" && AWAY.includes(error.status)));

/**
 * Repeats `ask` while the daemon does not answer. Returns undefined if `interrupted` becomes true meanwhile. Throws
 * RESULT_UNKNOWN, with an exit code of its own, if the daemon stays away. `what` names the work that continues.
 */
export async function patiently<T>(
  what: string,
  ask: () => Promise<T>,
  interrupted: () => boolean,
  patience: RestartPatience = PATIENCE,
): Promise<T | undefined> {
  for (let awaySince: number | undefined; !interrupted(); await sleep(patience.everyMs)) {
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error)) throw error;
      if (awaySince === undefined) process.stderr.write(`${error.message}; waiting for the daemon\n`);
      awaySince ??= patience.now();
      if (patience.now() - awaySince >= patience.upToMs) throw gaveUp(what, error);
    }
  }
  return undefined;
}

const gaveUp = (what: string, { message }: ApiError) =>
  new CommandFailure(
    "RESULT_UNKNOWN",
    `the result of ${what} is not known: ${message}`,
    "When the daemon runs again, run the command again.",
  );
