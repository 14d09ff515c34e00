/** Defines `muster playbooks` and `run`, which list playbooks and run them by name. */
import type { Command } from "commander";
import type { Job } from "../../contract/jobs/job.ts";
import type { PlaybookList } from "../../contract/jobs/playbook.ts";
import { CommandFailure } from "../failure.ts";
import { print, table } from "../print.ts";
import { examples, type Words, whole } from "../words.ts";
import { collect, type OptionWords, runOptionsOf } from "./run-option-words.ts";
import { followJob } from "./show-jobs.ts";

interface RunWords extends OptionWords {
  limit: string;
  check: boolean;
  diff: boolean;
  follow: boolean;
  after?: string;
  priority?: number;
}

export function runCommands(program: Command, { json, client }: Words): void {
  program
    .command("playbooks")
    .description("list the playbooks that you can run by name, with the purpose of each playbook")
    .addHelpText(
      "after",
      `\nPlaybooks are files in the folder \`playbooks\` next to playbook.yaml. docs/jobs.md explains how to write one.\n${examples("muster playbooks", "muster playbooks --json | jq -r '.playbooks[] | select(.readOnly).name'")}`,
    )
    .action(async () => {
      const list = await client().listPlaybooks();
      print(json(), list, showPlaybooks(list));
    });
  program
    .command("run")
    .argument("<playbook>", "name of a playbook, as listed by `muster playbooks`")
    .requiredOption("--limit <names>", "node names or group:NAME, separated by commas, or all for every node that is ready")
    .option("--tags <tags>", "run only tasks with one of these tags, separated by commas")
    .option("--skip-tags <tags>", "leave out tasks with one of these tags, separated by commas")
    .option("--var <name=text>", "extra variable as text, or name:=json for another type; can be repeated", collect, [])
    .option("--vars-file <file>", "JSON file with extra variables; --var takes precedence")
    .option("--check", "preview the run: show the differences that the run would make, but change nothing", false)
    .option("--diff", "accepted with --check, but has no effect because a preview always shows the differences", false)
    .option("--after <job>", "start only after the job with this id has succeeded")
    .option("--priority <number>", "priority from -100 to 100; a job with a higher number starts first (default: 0)", whole(-100, 100))
    .option("--follow", "show the output of the running jobs, one node after the other", false)
    .description("run a playbook on nodes, or preview its changes")
    .addHelpText(
      "after",
      `${examples("muster run look --limit rack1-n1 --follow", "muster run update --limit rack1-n1,rack1-n2 --check", "muster run update --limit group:web --skip-tags reboot", "muster run deploy --limit n1 --var release=4.2 --var count:=3")}\n\nA preview reports how many tasks it could predict. Ansible cannot predict the effect of commands and scripts.\nWith --follow, the exit code is 0 only when every job succeeded.`,
    )
    .action(async (playbook: string, { limit, check, diff, follow, after, priority, ...given }: RunWords) => {
      if (diff && !check)
        throw new CommandFailure("USAGE", "--diff: works only with --check", "Add --check, which changes nothing, or remove --diff.");
      const daemon = client();
      const nodes = limit === "all" ? ("all" as const) : limit.split(",").map((name) => name.trim());
      const jobs = await daemon.runPlaybook({
        playbook,
        nodes,
        check,
        ...runOptionsOf(given),
        ...(after !== undefined && { after }),
        ...(priority !== undefined && { priority }),
      });
      if (!follow) return print(json(), jobs, showQueued(jobs));
      for (const job of jobs) {
        if (jobs.length > 1 && !json()) process.stdout.write(`\n${job.nodeName}:\n`);
        if ((await followJob(daemon, job.id, json())) !== 0) process.exitCode = 1;
      }
    });
}

function showPlaybooks({ playbooks, refused }: PlaybookList): string {
  const rows = playbooks.map(({ name, readOnly, addsHosts, does }) => [
    name,
    addsHosts ? "adds hosts" : readOnly ? "read-only" : "changes",
    does,
  ]);
  return [
    rows.length === 0
      ? "There are no playbooks."
      : table([{ title: "NAME" }, { title: "KIND" }, { title: "WHAT IT DOES", least: 20 }], rows),
    ...refused.map(({ file, reason }) => `\nNot offered: ${file}: ${reason}`),
  ].join("\n");
}

const showQueued = (jobs: Job[]): string =>
  jobs.map(({ id, status }) => `${id} is ${status}. Watch it: muster job ${id} --follow`).join("\n");
