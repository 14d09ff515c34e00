/**
 * Asks control over the socket to perform Muster's own actions (acts), for steps that the executor has checked and started.
 * Repeats each request on every new connection until control answers. Control performs each act at most once, even if the
 * request is repeated.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ActOutcome, ActRequest } from "../../contract/changes/execution-messages.ts";
import type { FromExecutor, ToExecutor } from "../../contract/executor-protocol.ts";
import { nothing } from "../kept-output.ts";
import { reasonOf, type StepEnd } from "../steps/ending.ts";

type Wanted = Omit<ActRequest, "type">;
type Tell = (message: FromExecutor) => void;

export interface ControlLine {
  tell: Tell;
  /** Returns true while control is connected. */
  connected(): boolean;
  /** Returns the number of milliseconds that Muster's own action (an act) may still take after its step was stopped. */
  graceMs(): number;
}

interface Waiting {
  request: ActRequest;
  answer: PromiseWithResolvers<ActOutcome>;
  /** True if the request was sent, so that control may have received it. */
  sent: boolean;
  /** True if the step was stopped, so that the act is not requested again. */
  stopped: boolean;
}

export class ActRequests {
  readonly #line: ControlLine;
  readonly #waiting = new Map<string, Waiting>();

  constructor(line: ControlLine) {
    this.#line = line;
  }

  /** Requests one of Muster's own actions (an act) and returns its result. The promise never rejects. */
  async perform(wanted: Wanted, signal: AbortSignal): Promise<StepEnd> {
    if (signal.aborted) return { status: reasonOf(signal), said: nothing };
    const key = keyOf(wanted);
    const request: ActRequest = { type: "act", ...wanted };
    const waiting: Waiting = { request, answer: Promise.withResolvers(), sent: this.#line.connected(), stopped: false };
    this.#waiting.set(key, waiting);
    if (waiting.sent) this.#line.tell(request);
    try {
      const stopped = Promise.withResolvers<undefined>();
      const stop = () => {
        waiting.stopped = true;
        stopped.resolve(undefined);
      };
      signal.addEventListener("abort", stop, { once: true });
      const outcome = await Promise.race([waiting.answer.promise, stopped.promise]);
      return outcome ? endedBy(outcome) : await this.#stopped(waiting, signal);
    } finally {
      this.#waiting.delete(key);
    }
  }

  /**
   * If the request was never sent, Muster's own action (the act) did not happen. If the request was sent, only control's
   * answer proves whether the act happened.
   */
  async #stopped({ sent, answer }: Waiting, signal: AbortSignal): Promise<StepEnd> {
    if (!sent) return { status: reasonOf(signal), said: nothing, error: "control was away, so nothing was done" };
    const patience = new AbortController();
    const late = this.#line.connected()
      ? await Promise.race([answer.promise, sleep(this.#line.graceMs(), undefined, { signal: patience.signal }).catch(() => undefined)])
      : undefined;
    patience.abort();
    return late ? endedBy(late) : { status: "unknown", said: nothing, error: "control has not answered, so the act may have happened" };
  }

  answered({ outcome, ...which }: Extract<ToExecutor, { type: "acted" }>): void {
    this.#waiting.get(keyOf(which))?.answer.resolve(outcome);
  }

  /**
   * Stops the wait for the results of all acts (Muster's own actions). This executor does not record the results of the acts,
   * so the next executor reports the results as unknown.
   */
  abandon(): void {
    for (const { answer } of this.#waiting.values()) answer.resolve({ ended: "unknown", message: "the executor ended" });
  }

  /** Sends all requests again on a new connection. Call this function after the steps were sent. */
  repeat(tell: Tell): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.stopped) continue;
      waiting.sent = true;
      tell(waiting.request);
    }
  }
}

const keyOf = ({ executionId, stepId }: Pick<Wanted, "executionId" | "stepId">): string => `${executionId}/${stepId}`;

function endedBy({ ended, message }: ActOutcome): StepEnd {
  if (ended === "well") return { status: "succeeded", said: { head: Buffer.from(message), leftOut: 0 } };
  return { status: ended === "badly" ? "failed" : "unknown", said: nothing, error: message };
}
