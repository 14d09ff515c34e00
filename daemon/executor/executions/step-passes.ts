/** A random pass for each step that begins. By it control knows the step's request; it is told on control's socket and kept nowhere. */
import { randomBytes } from "node:crypto";
import type { StepResult } from "../../contract/changes/execution.ts";

interface Pass {
  pass: string;
  known: PromiseWithResolvers<void>;
}

export class StepPasses {
  readonly #atWork = new Map<string, Pass>();

  /** What is told with the word that it began; a step that ended has none any more. */
  told({ id, status }: StepResult): { pass?: string } {
    this.#atWork.delete(id);
    if (status === "running") this.#atWork.set(id, { pass: randomBytes(32).toString("hex"), known: Promise.withResolvers() });
    return this.of(id);
  }

  of(stepId: string): { pass?: string } {
    const held = this.#atWork.get(stepId);
    return held ? { pass: held.pass } : {};
  }

  /** Control has heard of it. */
  heard(stepId: string): void {
    this.#atWork.get(stepId)?.known.resolve();
  }

  /** Only when control knows it: a request that overtakes the word of it is refused. Nothing when it was stopped before. */
  async ready(stepId: string, signal: AbortSignal): Promise<string | undefined> {
    const held = this.#atWork.get(stepId);
    if (!held || signal.aborted) return undefined;
    const stopped = Promise.withResolvers<void>();
    const stop = () => stopped.resolve();
    signal.addEventListener("abort", stop, { once: true });
    await Promise.race([held.known.promise, stopped.promise]);
    signal.removeEventListener("abort", stop);
    return signal.aborted ? undefined : held.pass;
  }
}
