/** Repeats a request that the daemon refused because of its rate limit. Actions on hundreds of machines reach the rate limit. */
import { ApiError } from "../../../daemon/contract/client.ts";

/** `wait` receives the delay in seconds that the daemon requested. `over` returns true when the result is no longer needed. */
export async function patiently<T>(ask: () => Promise<T>, wait: (seconds: number) => Promise<void>, over: () => boolean): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiError) || error.retryAfterSeconds === undefined || over()) throw error;
      await wait(error.retryAfterSeconds);
    }
  }
}
