/** How jobs look on a terminal, and how one is followed. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "../contract/client.ts";
import type { Job } from "../contract/job.ts";
import { ago, clean, table } from "./print.ts";

export function showJobs(jobs: Job[]): string {
  if (jobs.length === 0) return "No job has been queued yet. A node that calls home starts one.";
  return table(
    ["ID", "NODE", "STATUS", "QUEUED", "RESULT"],
    jobs.map((job) => [job.id, job.nodeName, job.status, ago(job.createdAt), job.result?.summary ?? ""]),
  );
}

export function showJob(job: Job, output: string): string {
  return [
    `${job.id}: ${job.status}${job.attempt > 1 ? ` (run ${job.attempt} times)` : ""}`,
    ...(job.result ? [`  ${clean(job.result.summary)}`] : []),
    ...(job.result?.failedTask
      ? [
          `  failed task: ${clean(job.result.failedTask.name)}`,
          ...job.result.failedTask.message.split("\n").map((line) => `    ${clean(line)}`),
        ]
      : []),
    ...(job.result?.hint ? [`  → ${job.result.hint}`] : []),
    "",
    ...output.split("\n").map(clean),
  ].join("\n");
}

/** Until it ends; answers with the exit code that tells how. */
export async function followJob(client: Client, id: string): Promise<number> {
  let after = 0;
  for (;;) {
    const output = await client.jobOutput({ id, after });
    after = output.next;
    process.stdout.write(output.text.split("\n").map(clean).join("\n"));
    if (output.end) break;
    if (output.text === "") await sleep(500);
  }
  const job = await client.getJob({ id });
  process.stdout.write(`\n${job.status}: ${clean(job.result?.summary ?? "")}\n${job.result?.hint ? `→ ${job.result.hint}\n` : ""}`);
  return job.status === "succeeded" ? 0 : 1;
}
