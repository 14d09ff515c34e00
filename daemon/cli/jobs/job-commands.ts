/** Defines `muster jobs`, `job` and `cancel`, which list, show and cancel jobs. */
import type { Command } from "commander";
import { CommandFailure } from "../failure.ts";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";
import { cancelAll, cancelAndWait } from "./cancel-jobs.ts";
import { findJob, followJob, showJob, showJobs } from "./show-jobs.ts";

export function jobCommands(program: Command, { json, client }: Words): void {
  program
    .command("jobs")
    .option("--node <name|mac>", "list only the jobs of this node")
    .option("--active", "list only jobs that have not ended", false)
    .description("list jobs, newest first")
    .addHelpText("after", examples("muster jobs", "muster jobs --active", "muster jobs --node rack1-n1 --json | jq -r '.[0].status'"))
    .action(async ({ node, active }: { node?: string; active: boolean }) => {
      const jobs = await client().listJobs({ ...(node !== undefined && { node }), ...(active && { active: "true" }) });
      print(json(), jobs, showJobs(jobs));
    });
  program
    .command("job")
    .argument("<id|node>", "id of a job, or name of a node whose newest job is shown")
    .option("--follow", "show the output while the job runs; Ctrl-C ends the display, but not the job", false)
    .description("show one job and its output")
    .addHelpText(
      "after",
      `${examples("muster job rack1-n1", "muster job rack1-n1 --follow && echo ready")}\n\nWith --follow, the exit code is 0 only when the job succeeded. If the daemon\nrestarts, the command waits for it. The exit code is 3 if the daemon stays away for ten minutes.`,
    )
    .action(async (idOrNode: string, { follow }: { follow: boolean }) => {
      const daemon = client();
      const job = await findJob(daemon, idOrNode);
      if (follow) {
        process.exitCode = await followJob(daemon, job.id, json());
        return;
      }
      const output = await daemon.jobOutput({ id: job.id });
      print(json(), { ...job, output: output.text }, showJob(job, output.text));
    });
  program
    .command("cancel")
    .argument("[id]", "id of a job, as listed by `muster jobs`")
    .option("--all", "cancel every job that has not ended, for example before a stop of the daemon", false)
    .description("cancel a job, or all jobs, and wait until they have stopped")
    .addHelpText("after", examples("muster cancel rack1-n1-3f9a2c1d", "muster cancel --all"))
    .action(async (id: string | undefined, { all }: { all: boolean }) => {
      if ((id === undefined) !== all)
        throw new CommandFailure("USAGE", "name one job, or use --all", "`muster jobs --active` lists the jobs.");
      if (id === undefined) {
        const jobs = await cancelAll(client());
        print(json(), jobs, jobs.length === 0 ? "No job is active." : showJobs(jobs));
        if (jobs.some(({ status }) => status === "cancelling")) process.exitCode = 1;
        return;
      }
      const job = await cancelAndWait(client(), id);
      print(json(), job, `${job.id} is ${job.status}${job.result ? `: ${job.result.summary}` : ""}.`);
      if (job.status !== "cancelled") process.exitCode = 1;
    });
}
