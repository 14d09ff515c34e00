/** The passes of the executor's steps at work: told on its own socket, kept in memory alone, each good for one request. */
import type { StepResult } from "../../contract/changes/execution.ts";
import { sameHash } from "../../store/secrets.ts";

export interface NamedStep {
  executionId: string;
  stepId: string;
}

export class StepPasses {
  readonly #passes = new Map<string, string>();

  /** Whether there is one to be remembered: of a step that ended there is none. */
  hear(executionId: string, { id, status }: StepResult, pass: string | undefined): boolean {
    const known = status === "running" && pass !== undefined;
    if (known) this.#passes.set(`${executionId}/${id}`, pass);
    else this.#passes.delete(`${executionId}/${id}`);
    return known;
  }

  /** The step that the executor's header names, if it has its pass. */
  stepOf(reference: string): NamedStep | undefined {
    const [executionId = "", stepId = "", shown = ""] = reference.split("/");
    const pass = this.#passes.get(`${executionId}/${stepId}`);
    return pass !== undefined && sameHash(shown, pass) ? { executionId, stepId } : undefined;
  }

  used({ executionId, stepId }: NamedStep): void {
    this.#passes.delete(`${executionId}/${stepId}`);
  }

  /** The executor is away; on its next connection it tells those that are still good. */
  forget(): void {
    this.#passes.clear();
  }
}
