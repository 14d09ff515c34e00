/**
 * Collects what the events of a run say about each node: the last failed task, and the preview. Each event is read
 * once, although the nodes of a wave end one after another.
 */
import type { Preview } from "../contract/jobs/job.ts";
import { addToPreview, emptyPreview } from "./purpose.ts";
import { type RunEvent, readRunEvents } from "./run-events.ts";
import type { FailedTask } from "./verdict.ts";

const ENDS_A_TASK = new Set<RunEvent["event"]>(["failed", "unreachable"]);

export class RunFindings {
  readonly #file: string;
  readonly #redact: (text: string) => string;
  readonly #failed = new Map<string, FailedTask>();
  readonly #previews = new Map<string, Preview>();
  readonly #isPreview: boolean;
  #next = 0;

  constructor(file: string, isPreview: boolean, redact: (text: string) => string) {
    this.#file = file;
    this.#isPreview = isPreview;
    this.#redact = redact;
  }

  failedTask(node: string): FailedTask | undefined {
    this.#readOn();
    const task = this.#failed.get(node);
    return task && { ...task, message: this.#redact(task.message) };
  }

  /** Returns the preview of a node, or undefined if the run is no preview. */
  preview(node: string): Preview | undefined {
    this.#readOn();
    return this.#isPreview ? (this.#previews.get(node) ?? emptyPreview()) : undefined;
  }

  #readOn(): void {
    for (;;) {
      const { events, next } = readRunEvents(this.#file, this.#next);
      if (next === this.#next) return;
      for (const event of events) this.#take(event);
      this.#next = next;
    }
  }

  #take(event: RunEvent): void {
    const { host, task, message, ignored } = event;
    if (host === undefined) return;
    if (ENDS_A_TASK.has(event.event) && !ignored) this.#failed.set(host, { name: task.slice(0, 200), message: message.slice(0, 2000) });
    if (!this.#isPreview) return;
    const preview = this.#previews.get(host) ?? emptyPreview();
    addToPreview(preview, event);
    this.#previews.set(host, preview);
  }
}
