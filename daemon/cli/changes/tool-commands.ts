/**
 * Defines `muster tools` and `runbooks`, which list and check tools and runbooks. Tools and runbooks are files on this
 * machine, so these commands do not call the daemon.
 */
import type { Command } from "commander";
import { noRunbookFor } from "../../contract/changes/incident.ts";
import { CommandFailure } from "../failure.ts";
import type { LocalCommands, RunbookLine, ToolLine, WrongLine } from "../local-commands.ts";
import { paint, print, table } from "../print.ts";
import { CONFIG_FILE_IF_ANY, examples, type Words } from "../words.ts";
import { type IncidentOptions, incidentWord, incidentWords } from "./incident-options.ts";

interface Options {
  config?: string;
}

export function toolCommands(program: Command, { json }: Words, local: LocalCommands): void {
  const tools = configured(program.command("tools"))
    .description("list all tools with their risks: Muster's own tools and the tools of your site")
    .addHelpText(
      "after",
      `\nA parameter with ! is required. A parameter with = has that default. The risk is that of the default values.\n${examples(
        "muster tools",
        "muster tools --json",
        "muster tools check ./tools",
      )}`,
    )
    .action(async ({ config }: Options) => {
      const { tools: list, problems } = await local.tools({ forms: [], runbooks: [] }, config);
      refuse("TOOL", problems);
      print(json(), list, toolsText(list));
    });
  tools
    .command("check")
    .argument("[folder...]", "folders of tool forms to check, in addition to the configured folders")
    .description("check every tool form and report each invalid line")
    .addHelpText("after", examples("muster tools check", "muster tools check ./tools"))
    .action(async (folders: string[]) => {
      const { tools: list, problems } = await local.tools({ forms: folders, runbooks: [] }, tools.opts<Options>().config);
      checked("form of a tool", "forms of tools", list.length, problems);
    });

  const runbooks = configured(program.command("runbooks"))
    .argument("[words...]", "words to search for in names, descriptions, triggers and tools")
    .option("--symptom <word>", "list only the runbooks for this symptom", incidentWord)
    .option("--event <type>", "list only the runbooks for this type of event, such as install.failed", incidentWord)
    .option("--intent <word>", "list only the runbooks for this intent, such as investigate", incidentWord)
    .option("--resource <word>", "list only the runbooks for this kind of resource, such as node", incidentWord)
    .description("list or search the runbooks, best match first: Muster's own runbooks and the runbooks of your site")
    .addHelpText(
      "after",
      examples(
        "muster runbooks",
        "muster runbooks disk full",
        "muster runbooks --symptom full-disk",
        "muster runbooks --intent investigate --resource service",
        "muster runbooks check ./runbooks --forms ./tools",
      ),
    )
    .action(async (words: string[], { config, ...incident }: Options & IncidentOptions) => {
      const search = { ...incidentWords(incident), ...(words.length > 0 && { text: words.join(" ") }) };
      const { runbooks: list, known, problems } = await local.runbooks({ forms: [], runbooks: [] }, search, config);
      refuse("RUNBOOK", problems);
      if (list.length > 0) print(json(), list, runbooksText(list));
      else print(json(), list, `${noRunbookFor(search, known).replace(/^n/, "N")}.`);
    });
  runbooks
    .command("check")
    .argument("[folder...]", "folders of runbooks to check, in addition to the configured folders")
    .option(
      "--forms <folder>",
      "folder of forms that the runbooks may use; repeat the option for more folders",
      (folder, all: string[]) => [...all, folder],
      [],
    )
    .description("check every runbook and report each invalid line")
    .addHelpText("after", examples("muster runbooks check", "muster runbooks check ./runbooks --forms ./tools"))
    .action(async (folders: string[], { forms }: { forms: string[] }) => {
      const { runbooks: list, problems } = await local.runbooks({ forms, runbooks: folders }, {}, runbooks.opts<Options>().config);
      checked("runbook", "runbooks", list.length, problems);
    });

  function checked(one: string, many: string, count: number, problems: readonly WrongLine[]): void {
    print(
      json(),
      { read: count, problems },
      [
        ...problems.map((problem) => `${paint("red", "✗")} ${lineOf(problem)}`),
        `${count} ${count === 1 ? `${one} is` : `${many} are`} valid.`,
      ].join("\n"),
    );
    if (problems.length > 0) process.exitCode = 1;
  }
}

const configured = (command: Command): Command => command.option("--config <file>", CONFIG_FILE_IF_ANY);

const lineOf = ({ file, line, problem }: WrongLine): string => `${file}:${line}: ${problem}`;

function refuse(what: "TOOL" | "RUNBOOK", problems: readonly WrongLine[]): void {
  if (problems.length === 0) return;
  throw new CommandFailure(
    "STEP_FAILED",
    problems.map(lineOf).join("\n"),
    `Correct the line that is named. \`muster ${what === "TOOL" ? "tools" : "runbooks"} check\` checks all files.`,
  );
}

const toolsText = (list: readonly ToolLine[]): string =>
  table(
    [{ title: "TOOL" }, { title: "RISK" }, { title: "METHOD" }, { title: "PARAMETERS", least: 16 }, { title: "DOES", least: 24 }],
    list.map(({ name, risk, method, parameters, description }) => [name, risk, method, parameters.join(" "), description]),
  );

const runbooksText = (list: readonly RunbookLine[]): string =>
  table(
    [{ title: "RUNBOOK" }, { title: "SYMPTOMS", least: 12 }, { title: "PARAMETERS", least: 16 }, { title: "DOES", least: 24 }],
    list.map(({ name, symptoms, parameters, description }) => [name, symptoms.join(" "), parameters.join(" "), description]),
  );
