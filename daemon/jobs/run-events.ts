/**
 * Reads the events that the callback plugin wrote during a run. Each read starts at a byte offset and returns only
 * whole lines.
 */
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
  cancelled: z.boolean().optional().catch(undefined), // The event `stats` has a list in this field.
  /** Seconds since the beginning of 1970. */
  at: z.number().optional(),
  /** True if the task could not predict its changes in a preview. */
  unforeseen: z.boolean().catch(false),
});
export type RunEvent = z.output<typeof RunEvent>;

/** Describes how a run ended for one host. No further task runs on this host, but the run may continue on other hosts. */
export interface HostEnd {
  host: string;
  recap: Recap;
  /** True if the host received no further tasks because its job was cancelled. */
  cancelled: boolean;
  at: string;
}

export function hostEndOf({ event, host, recap, cancelled = false, at = 0 }: RunEvent): HostEnd | undefined {
  if (event !== "host-end" || host === undefined || recap === undefined) return undefined;
  return { host, recap, cancelled, at: new Date(at * 1000).toISOString() };
}

const MAX_BYTES = 1024 * 1024;

/**
 * Reads the events from an offset, about `bytes` bytes of them. `next` is the offset after the last whole line. Lines in
 * another format are skipped.
 */
export function readRunEvents(file: string, from: number, bytes = MAX_BYTES): { events: RunEvent[]; next: number } {
  const chunk = readFrom(file, from, bytes);
  const end = chunk.lastIndexOf(10) + 1;
  // A line that is longer than the slice needs a larger slice.
  if (end === 0 && chunk.length === bytes && bytes < MAX_BYTES) return readRunEvents(file, from, MAX_BYTES);
  const events = chunk
    .toString("utf8", 0, end)
    .split("\n")
    .flatMap((line) => parse(line) ?? []);
  return { events, next: from + end };
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
