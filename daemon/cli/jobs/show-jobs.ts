/** Formats jobs for a terminal, and follows a job. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "../../contract/client.ts";
import type { Job, JobStatus } from "../../contract/jobs/job.ts";
import { optionsInWords } from "../../contract/jobs/run-options.ts";
import { CommandFailure } from "../failure.ts";
import { patiently, type RestartPatience } from "../patience.ts";
import { ago, clean, paint, table } from "../print.ts";

export function showJobs(jobs: Job[]): string {
  if (jobs.length === 0) return "There are no jobs yet. A node that calls home starts one, and so does: muster reprovision <node>";
  return table(
    // The id is never cut, because users need the whole id as an argument of other commands.
    [
      { title: "ID" },
      { title: "STATUS", paint: (cell, row) => painted(jobs[row]?.status, cell) },
      { title: "QUEUED" },
      { title: "RESULT", least: 12 },
    ],
    jobs.map((job) => [job.id, job.status, ago(job.createdAt), job.result?.summary ?? ""]),
  );
}

function painted(status: JobStatus | undefined, text: string): string {
  switch (status) {
    case "succeeded":
      return paint("green", text);
    case "failed":
    case "timed-out":
    case "interrupted":
      return paint("red", text);
    case "running":
    case "cancelling":
    case "unknown":
      return paint("yellow", text);
    default:
      return text;
  }
}

export function showJob(job: Job, output: string): string {
  return [
    `${job.id}: ${painted(job.status, job.status)}${job.attempt > 1 ? ` (run ${job.attempt} times)` : ""}`,
    `  ${job.playbook} on ${job.nodeName}${clean(optionsInWords(job.options))}, requested by ${clean(job.requestedBy)} ${ago(job.createdAt)}${took(job)}`,
    ...(job.result ? [`  ${clean(job.result.summary)}`] : []),
    ...(job.result?.failedTask
      ? [
          `  failed task: ${clean(job.result.failedTask.name)}`,
          ...job.result.failedTask.message.split("\n").map((line) => `    ${clean(line)}`),
        ]
      : []),
    ...(job.result?.hint ? [`  → ${job.result.hint}`] : []),
    ...previewed(job),
    "",
    ...(output === "" ? ["There is no output yet."] : output.split("\n").map(clean)),
  ].join("\n");
}

function previewed({ result }: Job): string[] {
  if (!result?.preview) return [];
  const { changes, unknown } = result.preview;
  return [...changes.map((name) => `  would change: ${clean(name)}`), ...unknown.map((name) => `  cannot be predicted: ${clean(name)}`)];
}

const took = ({ startedAt, endedAt }: Job): string =>
  startedAt && endedAt ? `; took ${Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)} s` : "";

/** Finds a job by its id, or the newest job of a node by the node's name or MAC address. */
export async function findJob(client: Client, idOrNode: string): Promise<Job> {
  try {
    return await client.getJob({ id: idOrNode });
  } catch (error) {
    const node = (await client.listNodes()).find(({ name, macs }) => name === idOrNode || macs.includes(idOrNode.toLowerCase()));
    const newest = node && (await client.listJobs({ node: node.name, limit: 1 }))[0];
    if (newest) return newest;
    throw error;
  }
}

/**
 * Follows a job until the job ends, and returns the exit code of the command. The command waits if the daemon restarts in the
 * meantime. The option `json` prints one line for each piece of output, and finally one line with the job.
 */
export async function followJob(client: Client, id: string, json: boolean, patience?: RestartPatience): Promise<number> {
  let interrupted = false;
  const note = () => {
    interrupted = true;
  };
  process.once("SIGINT", note);
  const read = async <T>(ask: () => Promise<T>): Promise<T> => {
    const answer = await patiently(id, ask, () => interrupted, patience);
    if (answer === undefined) throw detached(id);
    return answer;
  };
  let after = 0;
  for (;;) {
    const output = await read(() => client.jobOutput({ id, after }));
    after = output.next;
    if (output.text !== "")
      process.stdout.write(json ? `${JSON.stringify({ output: output.text })}\n` : output.text.split("\n").map(clean).join("\n"));
    if (output.end) break;
    if (output.text === "" && !interrupted) await sleep(500);
  }
  const job = await read(() => client.getJob({ id }));
  process.off("SIGINT", note);
  process.stdout.write(
    json
      ? `${JSON.stringify(job)}\n`
      : `\n${painted(job.status, job.status)}: ${clean(job.result?.summary ?? "")}\n${job.result?.hint ? `→ ${job.result.hint}\n` : ""}`,
  );
  return job.status === "succeeded" ? 0 : 1;
}

const detached = (id: string) =>
  new CommandFailure(
    "INTERRUPTED",
    `${id} continues in the background`,
    `To watch it again: \`muster job ${id} --follow\`. To stop it: \`muster cancel ${id}\`.`,
  );
