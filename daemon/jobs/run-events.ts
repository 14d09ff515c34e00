/** Ansible's events of a run, as the callback plugin wrote them: read from a byte offset, whole lines only. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import * as z from "zod";
import { Recap } from "../contract/jobs/job.ts";

const text = z.string().catch("");
const RunEvent = z.object({
  event: z.enum(["playbook-start", "play-start", "no-hosts", "ok", "skipped", "failed", "unreachable", "host-end", "stats"]),
  host: z.string().optional(),
  task: text,
  changed: z.boolean().catch(false),
  seconds: z.number().nullable().catch(null),
  message: text,
  ignored: z.boolean().catch(false),
  recap: Recap.optional(),
  cancelled: z.boolean().optional().catch(undefined), // a list in the statistics
  /** Seconds since 1970. */
  at: z.number().optional(),
  /** In a preview: the task could not say what it would do. */
  unforeseen: z.boolean().catch(false),
});
export type RunEvent = z.output<typeof RunEvent>;

/** Nothing is left to do on this host, though the run goes on. */
export interface HostEnd {
  host: string;
  recap: Recap;
  /** It was given no further task because its job was cancelled. */
  cancelled: boolean;
  at: string;
}

export function hostEndOf({ event, host, recap, cancelled = false, at = 0 }: RunEvent): HostEnd | undefined {
  if (event !== "host-end" || host === undefined || recap === undefined) return undefined;
  return { host, recap, cancelled, at: new Date(at * 1000).toISOString() };
}

const MAX_BYTES = 1024 * 1024;

/** `next` is the offset after the last whole line. A line that is not one of ours is passed over. */
export function readRunEvents(file: string, from: number): { events: RunEvent[]; next: number } {
  const chunk = readFrom(file, from);
  const end = chunk.lastIndexOf(10) + 1;
  const events = chunk
    .toString("utf8", 0, end)
    .split("\n")
    .flatMap((line) => parse(line) ?? []);
  return { events, next: from + end };
}

/** All there are, without holding them all. */
export function* runEventsOf(file: string): Generator<RunEvent> {
  for (let from = 0; ; ) {
    const { events, next } = readRunEvents(file, from);
    if (next === from) return;
    yield* events;
    from = next;
  }
}

export function readFrom(file: string, from: number, maxBytes = MAX_BYTES): Buffer {
  if (!existsSync(file)) return Buffer.alloc(0);
  const descriptor = openSync(file, "r");
  try {
    const length = Math.min(Math.max(fstatSync(descriptor).size - from, 0), maxBytes);
    const chunk = Buffer.alloc(length);
    return chunk.subarray(0, readSync(descriptor, chunk, 0, length, from));
  } finally {
    closeSync(descriptor);
  }
}

function parse(line: string): RunEvent | undefined {
  if (line === "") return undefined;
  try {
    const parsed = RunEvent.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
