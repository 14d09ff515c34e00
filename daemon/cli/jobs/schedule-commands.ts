/** Playbooks by the clock. */
import type { Command } from "commander";
import type { Maintenance, Schedule } from "../../contract/jobs/schedule.ts";
import { ago, clean, print, table } from "../print.ts";
import { examples, type Words } from "../words.ts";

export function scheduleCommands(program: Command, { json, client }: Words): void {
  const schedule = program
    .command("schedule")
    .description("run playbooks by the clock")
    .addHelpText(
      "after",
      `${examples('muster schedule add nightly-look --playbook look --limit all --cron "0 6 * * *"', 'muster schedule add updates --playbook update --limit all --cron "0 3 * * sun"', "muster schedule approve updates", "muster schedule list")}\n\nA playbook that changes something needs an admin's approval, and waits for a window of \`maintenance\` in muster.yaml. Times are those of maintenance.time_zone.`,
    );
  schedule
    .command("list")
    .description("what is run when, what became of it, and whether a maintenance window is open")
    .action(async () => {
      const list = await client().listSchedules();
      print(json(), list, `${showSchedules(list.schedules)}\n\n${showMaintenance(list.maintenance)}`);
    });
  schedule
    .command("add")
    .argument("<name>", "a name for it")
    .requiredOption("--playbook <name>", "one of `muster playbooks`")
    .requiredOption("--limit <names>", "on these nodes, separated by commas; all: every node that is ready then")
    .requiredOption("--cron <times>", "minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly, @monthly")
    .description("run a playbook again and again")
    .action(async (name: string, { playbook, limit, cron }: { playbook: string; limit: string; cron: string }) => {
      const nodes = limit === "all" ? ("all" as const) : limit.split(",").map((each) => each.trim());
      const added = await client().addSchedule({ name, playbook, nodes, cron });
      const found = (await client().listPlaybooks()).playbooks.find((each) => each.name === playbook);
      const then =
        found?.readOnly === false ? `\nIt changes nodes, so nothing happens until an admin lets it: muster schedule approve ${name}` : "";
      print(json(), added, `${name} runs ${playbook} next at ${local(added.next)}.${then}`);
    });
  schedule
    .command("approve")
    .argument("<name>")
    .description("let it change nodes, with its playbook as it is now; asks for an admin's key")
    .action(async (name: string) => {
      const approved = await client().approveSchedule({ name });
      print(json(), approved, `${name} may change nodes, until its playbook is changed. It runs next at ${local(approved.next)}.`);
    });
  schedule
    .command("remove")
    .argument("<name>")
    .description("run it no more; jobs it has started go on")
    .action(async (name: string) => {
      const answer = await client().removeSchedule({ name });
      print(json(), answer, `${answer.message}.`);
    });
}

function showSchedules(schedules: Schedule[]): string {
  if (schedules.length === 0)
    return "There is no schedule. Add one with: muster schedule add <name> --playbook <name> --limit all --cron <times>";
  return table(
    [
      { title: "NAME" },
      { title: "PLAYBOOK" },
      { title: "ON", least: 8 },
      { title: "TIMES" },
      { title: "NEXT" },
      { title: "LAST", least: 12 },
    ],
    schedules.map(({ name, playbook, nodes, cron, next, dueSince, last }) => [
      name,
      playbook,
      nodes === "all" ? nodes : nodes.join(","),
      cron,
      dueSince === undefined ? local(next) : "due",
      last ? `${ago(last.at)}: ${last.outcome}` : "",
    ]),
  );
}

function showMaintenance({ open, windows, timeZone, opens }: Maintenance): string {
  if (windows.length === 0) return "No maintenance window is set: what changes nodes may run at any time.";
  const now = open ? "open now" : `closed${opens === undefined ? "" : ` until ${local(opens)}`}`;
  return `Maintenance window ${now}: ${windows.map(clean).join("; ")} (${timeZone}).`;
}

/** The reader's own clock; --json has UTC. */
const local = (instant: string): string => new Date(instant).toLocaleString("sv-SE");
