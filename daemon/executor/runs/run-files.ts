/** The files of one attempt at a job: what survives when the executor does not. */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import { type RunMember, RunRequest } from "../../contract/executor-protocol.ts";
import { Instant } from "../../contract/names.ts";
import type { Log } from "../../log/log.ts";

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
  /** Of a wave: where the callback plugin writes which node's log. */
  wave: string;
  /** Of a wave: the nodes that get no further task, as JSON. */
  cancelled: string;
  /** A job's own, one for all attempts; pieces of a long one lie beside it. A wave's is apart from its members'. */
  output: string;
}

/** They lie with the run's first job. */
export function runFiles(jobsDir: string, { members }: RunRequest): RunFiles {
  const { jobId, attempt } = first(members);
  const folder = jobFolder(jobsDir, jobId);
  const at = (name: string) => join(folder, `${attempt}.${name}`);
  return {
    record: at("run.json"),
    pid: at("pid"),
    result: at("result"),
    stopped: at("stopped"),
    events: at("events.ndjson"),
    wave: at("wave.json"),
    cancelled: at("cancelled.json"),
    output: members.length > 1 ? at("wave.log") : join(folder, "output.log"),
  };
}

export function jobFolder(jobsDir: string, jobId: string): string {
  const folder = join(jobsDir, jobId);
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  return folder;
}

export function first(members: readonly RunMember[]): RunMember {
  const [member] = members;
  if (!member) throw new Error("a run without a member");
  return member;
}

/** As the version before waves wrote it: its run may have been at work while Muster was updated. */
const RequestForOne = z
  .object({ jobId: z.string(), attempt: z.int(), playbook: z.string(), limit: z.tuple([z.string()]), deadlineSeconds: z.int() })
  .transform(({ jobId, attempt, limit: [node], playbook, deadlineSeconds }) => ({
    type: "run" as const,
    members: [{ jobId, attempt, node }],
    playbook,
    deadlineSeconds,
  }));
export const RunRecord = z.object({ request: z.union([RunRequest, RequestForOne.pipe(RunRequest)]), acceptedAt: Instant });
export type RunRecord = z.output<typeof RunRecord>;

/** Attempts that were taken and whose outcome nobody has said to forget. */
export function recordedRuns(jobsDir: string, log: Log): RunRecord[] {
  const folders = existsSync(jobsDir) ? readdirSync(jobsDir, { withFileTypes: true }).filter((each) => each.isDirectory()) : [];
  const files = folders.flatMap(({ name: jobId }) =>
    readdirSync(join(jobsDir, jobId))
      .filter((name) => name.endsWith(".run.json"))
      .map((name) => join(jobsDir, jobId, name)),
  );
  return files.flatMap((file) => {
    try {
      return RunRecord.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch (error) {
      // All others go on. It is written before anything is started, so one that is torn has begun nothing.
      log.error({ err: error, file }, "the record of a run cannot be read; it is left out");
      return [];
    }
  });
}

/** The output stays for people; the record goes. */
export function forgetRun(files: RunFiles): void {
  for (const file of [files.record, files.pid, files.result, files.stopped, files.wave, files.cancelled]) rmSync(file, { force: true });
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
