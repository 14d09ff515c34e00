/** A time limit that can begin again, for answers that arrive in parts. */

export interface TimeLimit {
  /** Aborted by the caller's signal, or by the limit with a `TimeoutError`. */
  signal: AbortSignal;
  restart(): void;
  end(): void;
}

export function timeLimit(ms: number, caller: AbortSignal): TimeLimit {
  const late = new AbortController();
  const start = () => setTimeout(() => late.abort(new DOMException(`no answer within ${ms / 1000} s`, "TimeoutError")), ms);
  let timer = start();
  return {
    signal: AbortSignal.any([caller, late.signal]),
    restart: () => {
      clearTimeout(timer);
      timer = start();
    },
    end: () => clearTimeout(timer),
  };
}
