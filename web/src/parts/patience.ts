/** Doing something to hundreds of machines meets the limit of a minute: what was refused for that was not done, and is asked again. */
import { ApiError } from "../../../daemon/contract/client.ts";

/** `wait` takes the seconds the daemon named; `over`: nobody wants it any more. */
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
