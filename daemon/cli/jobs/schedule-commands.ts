/** Defines `muster schedule`, which manages the schedules for playbooks. */
import type { Command } from "commander";
import { optionsInWords } from "../../contract/jobs/run-options.ts";
import type { Maintenance, Schedule } from "../../contract/jobs/schedule.ts";
import { ago, clean, print, table } from "../print.ts";
import { examples, type Words } from "../words.ts";
import { collect, type OptionWords, runOptionsOf } from "./run-option-words.ts";

export function scheduleCommands(program: Command, { json, client }: Words): void {
  const schedule = program
    .command("schedule")
    .description("run playbooks at scheduled times")
    .addHelpText(
      "after",
      `${examples('muster schedule add nightly-look --playbook look --limit all --cron "0 6 * * *"', 'muster schedule add updates --playbook update --limit all --cron "0 3 * * sun"', "muster schedule approve updates", "muster schedule list")}\n\nA playbook that changes nodes needs an admin's approval and runs only in a maintenance window (\`jobs.maintenance.windows\` in
muster.yaml). All times are in the time zone \`jobs.maintenance.time_zone\`.`,
    );
  schedule
    .command("list")
    .description("list schedules with their next run and last result, and show if a maintenance window is open")
    .addHelpText("after", examples("muster schedule list"))
    .action(async () => {
      const list = await client().listSchedules();
      print(json(), list, `${showSchedules(list.schedules)}\n\n${showMaintenance(list.maintenance)}`);
    });
  schedule
    .command("add")
    .argument("<name>", "name of the new schedule")
    .requiredOption("--playbook <name>", "a playbook of `muster playbooks`")
    .requiredOption("--limit <names>", "node names or group:NAME, separated by commas, or all for every node that is ready at that time")
    .option("--tags <tags>", "run only tasks with one of these tags, separated by commas")
    .option("--skip-tags <tags>", "leave out tasks with one of these tags, separated by commas")
    .option("--var <name=text>", "extra variable as text, or name:=json for another type; can be repeated", collect, [])
    .option("--vars-file <file>", "JSON file with extra variables; --var takes precedence")
    .requiredOption("--cron <times>", "minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly, @monthly")
    .description("add a schedule that runs a playbook repeatedly")
    .addHelpText("after", examples('muster schedule add updates --playbook update --limit all --cron "0 3 * * sun"'))
    .action(async (name: string, { playbook, limit, cron, ...given }: OptionWords & Record<"playbook" | "limit" | "cron", string>) => {
      const nodes = limit === "all" ? ("all" as const) : limit.split(",").map((each) => each.trim());
      const added = await client().addSchedule({ name, playbook, nodes, cron, ...runOptionsOf(given) });
      const found = (await client().listPlaybooks()).playbooks.find((each) => each.name === playbook);
      const then =
        found && (!found.readOnly || (found.variables === undefined && added.options?.variables !== undefined))
          ? `\nIt changes nodes, so it runs only after an admin has approved it: muster schedule approve ${name}`
          : "";
      print(json(), added, `${name} runs ${playbook} next at ${local(added.next)}.${then}`);
    });
  schedule
    .command("approve")
    .argument("<name>")
    .description(
      "allow a schedule to change its current nodes, with the current version of its playbook and their current values in the inventory; requires a key with the role admin",
    )
    .addHelpText("after", examples("muster schedule approve updates"))
    .action(async (name: string) => {
      const approved = await client().approveSchedule({ name });
      print(
        json(),
        approved,
        `${name} may change ${nodesIn(approved)}, until its playbook changes. A node whose group or values change is left out. It runs next at ${local(approved.next)}.`,
      );
    });
  schedule
    .command("remove")
    .argument("<name>")
    .description("remove a schedule; jobs that the schedule has already started continue")
    .addHelpText("after", examples("muster schedule remove updates"))
    .action(async (name: string) => {
      const answer = await client().removeSchedule({ name });
      print(json(), answer, `${answer.message}.`);
    });
}

const nodesIn = ({ nodes, approval }: Schedule): string =>
  nodes === "all" || nodes.length > 5 ? `${approval?.nodes ?? 0} nodes` : `${nodes.join(", ")} (${approval?.nodes ?? 0} nodes)`;

function showSchedules(schedules: Schedule[]): string {
  if (schedules.length === 0)
    return "There are no schedules. Add one: muster schedule add <name> --playbook <name> --limit all --cron <times>";
  return table(
    [
      { title: "NAME" },
      { title: "PLAYBOOK" },
      { title: "ON", least: 8 },
      { title: "TIMES" },
      { title: "NEXT" },
      { title: "LAST", least: 12 },
    ],
    schedules.map(({ name, playbook, options, nodes, cron, next, dueSince, last }) => [
      name,
      `${playbook}${optionsInWords(options)}`,
      nodes === "all" ? nodes : nodes.join(","),
      cron,
      dueSince === undefined ? local(next) : "due",
      last ? `${ago(last.at)}: ${last.outcome}` : "",
    ]),
  );
}

function showMaintenance({ open, windows, timeZone, opens }: Maintenance): string {
  if (windows.length === 0) return "No maintenance window is set. Schedules that change nodes may run at any time.";
  const now = open ? "open now" : `closed${opens === undefined ? "" : ` until ${local(opens)}`}`;
  return `Maintenance window ${now}: ${windows.map(clean).join("; ")} (${timeZone}).`;
}

/** Formats an instant in the local time zone, while the output of --json uses UTC. */
const local = (instant: string): string => new Date(instant).toLocaleString("sv-SE");
