/** Everything that is done with jobs. */
import type { Command } from "commander";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";
import { cancelJob, findJob, followJob, showJob, showJobs } from "./show-jobs.ts";

export function jobCommands(program: Command, { json, client }: Words): void {
  program
    .command("jobs")
    .option("--node <name|mac>", "of one node only")
    .description("jobs, newest first")
    .action(async (options: { node?: string }) => {
      const jobs = await client().listJobs(options);
      print(json(), jobs, showJobs(jobs));
    });
  program
    .command("job")
    .argument("<id|node>", "a job, or a node whose newest job is meant")
    .option("--follow", "show its output as it comes; Ctrl-C leaves the job alone", false)
    .description("one job and its output")
    .addHelpText(
      "after",
      `${examples("muster job rack1-n1", "muster job rack1-n1 --follow && echo ready")}\n\nWith --follow the exit code is 0 only when the job succeeded.`,
    )
    .action(async (wanted: string, { follow }: { follow: boolean }) => {
      const daemon = client();
      const job = await findJob(daemon, wanted);
      if (follow) {
        process.exitCode = await followJob(daemon, job.id, json());
        return;
      }
      const output = await daemon.jobOutput({ id: job.id });
      print(json(), { ...job, output: output.text }, showJob(job, output.text));
    });
  program
    .command("cancel")
    .argument("<id>")
    .description("cancel a job and wait until it has stopped")
    .action(async (id: string) => {
      const job = await cancelJob(client(), id);
      print(json(), job, `${job.id} is ${job.status}${job.result ? `: ${job.result.summary}` : ""}.`);
      if (job.status !== "cancelled") process.exitCode = 1;
    });
}
