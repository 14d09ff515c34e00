/** The files of one attempt at a job: what survives when the executor does not. */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import { RunRequest } from "../contract/executor-protocol.ts";
import { Recap } from "../contract/job.ts";
import { Instant } from "../contract/names.ts";

export interface RunFiles {
  /** The request and when it was taken; written before anything is started. */
  record: string;
  /** Process group and its start time, by the wrapper, first of all. */
  pid: string;
  /** Exit code, by the wrapper, last of all. */
  result: string;
  /** Written before the group is signalled: why it was. A wrapper that finds it does not begin. */
  stopped: string;
  events: string;
  /** One for all attempts; pieces of a long one lie beside it. */
  output: string;
}

export function runFiles(jobsDir: string, jobId: string, attempt: number): RunFiles {
  const folder = join(jobsDir, jobId);
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  const at = (name: string) => join(folder, `${attempt}.${name}`);
  return {
    record: at("run.json"),
    pid: at("pid"),
    result: at("result"),
    stopped: at("stopped"),
    events: at("events.ndjson"),
    output: join(folder, "output.log"),
  };
}

export const RunRecord = z.object({ request: RunRequest, acceptedAt: Instant });
export type RunRecord = z.output<typeof RunRecord>;

/** Attempts that were taken and whose outcome nobody has said to forget. */
export function recordedRuns(jobsDir: string): RunRecord[] {
  if (!existsSync(jobsDir)) return [];
  return readdirSync(jobsDir).flatMap((jobId) =>
    readdirSync(join(jobsDir, jobId))
      .filter((name) => name.endsWith(".run.json"))
      .map((name) => RunRecord.parse(JSON.parse(readFileSync(join(jobsDir, jobId, name), "utf8")))),
  );
}

/** The output stays for people; the record goes. */
export function forgetRun(files: RunFiles): void {
  for (const file of [files.record, files.pid, files.result, files.stopped]) rmSync(file, { force: true });
}

/** The end of the output, where the reason of a failure stands: of its newest pieces. */
export function outputTail({ output }: RunFiles, characters: number): string {
  const prefix = `${basename(output)}.`;
  const pieces = readdirSync(dirname(output))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .toSorted((a, b) => Number(a.slice(prefix.length)) - Number(b.slice(prefix.length)));
  const ends = [basename(output), ...pieces].slice(-2).map((name) => endOf(join(dirname(output), name), 4 * characters));
  return Buffer.concat(ends).toString("utf8").trim().slice(-characters);
}

function endOf(file: string, bytes: number): Buffer {
  if (!existsSync(file)) return Buffer.alloc(0);
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const end = Buffer.alloc(Math.min(size, bytes));
    return end.subarray(0, readSync(descriptor, end, 0, end.length, size - end.length));
  } finally {
    closeSync(descriptor);
  }
}

const Stats = z.object({ event: z.literal("stats"), hosts: z.record(z.string(), Recap) });

/** Ansible's own counts; nothing when the run never got to its end. */
export function recapFrom(eventsFile: string): Record<string, Recap> | undefined {
  if (!existsSync(eventsFile)) return undefined;
  const lines = readFileSync(eventsFile, "utf8").trimEnd().split("\n");
  for (const line of lines.reverse()) {
    try {
      const stats = Stats.safeParse(JSON.parse(line));
      if (stats.success) return stats.data.hosts;
    } catch {
      // The last line of a run that was killed may be half a line.
    }
  }
  return undefined;
}
