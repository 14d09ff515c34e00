/** The paths of the files of one attempt at a job. The files survive a crash of the executor. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { type RunMember, RunRequest } from "../../contract/jobs/run-messages.ts";
import { Instant } from "../../contract/names.ts";
import type { Log } from "../../log/log.ts";
import type { ProcessPlace } from "../lasting-process.ts";

export interface RunFiles extends ProcessPlace {
  /**
   * The path of the record, which contains the request and the time of its acceptance. The executor saves the record before
   * it starts the process.
   */
  record: string;
  events: string;
  /** The path of the file that names the logs of a wave's nodes. The callback plugin reads this file. */
  wave: string;
  /** The path of the file with the extra variables of the run. It exists only while the run is active. */
  variables: string;
  /** The path of the file with all spellings of the run's secrets, which are removed from its output. */
  secretForms: string;
  /** The path of the JSON file with the cancelled nodes of a wave. Cancelled nodes receive no further tasks. */
  cancelled: string;
  /**
   * The path of the output. All attempts of a job share one output file. The pieces of a long output are stored next to the
   * output file. A run of several jobs (a wave) has its own output file in addition to the files of its jobs.
   */
  output: string;
}

/** Returns the paths of a run's files, which are in the folder of the run's first job. */
export function runFiles(jobsDir: string, { members }: RunRequest): RunFiles {
  const { jobId, attempt } = first(members);
  const folder = jobFolder(jobsDir, jobId);
  const at = (name: string) => join(folder, `${attempt}.${name}`);
  return {
    base: join(folder, String(attempt)),
    record: at("run.json"),
    events: at("events.ndjson"),
    wave: at("wave.json"),
    variables: at("variables.yaml"),
    secretForms: at("secret-forms.json"),
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

/**
 * The old format of requests, from before a run could contain several jobs (a wave). A run with this format may still be
 * running while Muster is updated.
 */
const RequestForOne = z
  .object({ jobId: z.string(), attempt: z.int(), playbook: z.string(), limit: z.tuple([z.string()]), deadlineSeconds: z.int() })
  .transform(({ jobId, attempt, limit: [node], playbook, deadlineSeconds }) => ({
    type: "run" as const,
    members: [{ jobId, attempt, node }],
    playbook,
    deadlineSeconds,
  }));
export const RunRecord = z.object({
  request: z.union([RunRequest, RequestForOne.pipe(RunRequest)]),
  acceptedAt: Instant,
  /** The time of the steady clock at the acceptance. Records of earlier versions do not contain it. */
  acceptedSteadyMs: z.int().optional(),
});
export type RunRecord = z.output<typeof RunRecord>;

/**
 * Returns the accepted attempts whose records still exist. Control requests the deletion of a record after it has saved the
 * result.
 */
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
      // Skips a damaged record, so that the other runs continue. Its run never started, because a record is saved before its
      // process starts.
      log.error({ err: error, file }, "the record of a run cannot be read; the run is ignored");
      return [];
    }
  });
}

/** Deletes the record and the files of a wave (a run of several jobs). The output remains, so that people can read it. */
export function forgetRun({ record, wave, cancelled, variables, secretForms }: RunFiles): void {
  for (const file of [record, wave, cancelled, variables, secretForms]) rmSync(file, { force: true });
}
