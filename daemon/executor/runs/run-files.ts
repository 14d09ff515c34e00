/** The files of one attempt at a job. They survive a crash of the executor. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { type RunMember, RunRequest } from "../../contract/jobs/run-messages.ts";
import { Instant } from "../../contract/names.ts";
import type { Log } from "../../log/log.ts";
import type { Place } from "../lasting-process.ts";

export interface RunFiles extends Place {
  /** The request and when it was accepted. Saved before the process begins. */
  record: string;
  events: string;
  /** For a wave: describes to the callback plugin where the log of each node is. */
  wave: string;
  /** For a wave: the nodes that get no further task, as JSON. */
  cancelled: string;
  /** A job has one for all attempts, with the pieces of a long output next to it. A wave has one in addition to its members. */
  output: string;
}

/** The folder of the first job contains them. */
export function runFiles(jobsDir: string, { members }: RunRequest): RunFiles {
  const { jobId, attempt } = first(members);
  const folder = jobFolder(jobsDir, jobId);
  const at = (name: string) => join(folder, `${attempt}.${name}`);
  return {
    base: join(folder, String(attempt)),
    record: at("run.json"),
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

/** The format before waves. Such a run may be at work while Muster is updated. */
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

/** The accepted attempts that control has not yet forgotten. */
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
      // The other runs continue. The record is saved before the process begins, so the run of a damaged record never began.
      log.error({ err: error, file }, "the record of a run cannot be read; the run is ignored");
      return [];
    }
  });
}

/** Removes the record. The output stays for people. */
export function forgetRun({ record, wave, cancelled }: RunFiles): void {
  for (const file of [record, wave, cancelled]) rmSync(file, { force: true });
}
