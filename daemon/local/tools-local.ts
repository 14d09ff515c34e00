/** Implements `muster tools` and `muster runbooks`, which read the files of this machine without a daemon. */

import { knownWords, searchRunbooks } from "../changes/plans/find-runbooks.ts";
import { ourRunbooks, readRunbooks, runbooksOf } from "../changes/plans/runbook.ts";
import { catalogueOf, leastRisk, ourTools, readTools, sampleOf } from "../changes/tools/catalogue.ts";
import { callOf, showCall } from "../changes/tools/command.ts";
import type { ToolForm } from "../changes/tools/form.ts";
import type { Parameter } from "../changes/tools/parameter.ts";
import type { FormFolders, RunbookLine, ToolLine, WrongLine } from "../cli/local-commands.ts";
import { Config, loadConfig } from "../config/config.ts";
import type { KnownWords, RunbookSearch } from "../contract/changes/incident.ts";

const SOMEWHERE = { node: "NODE", address: "ADDRESS" };

export function tools(folders: FormFolders, configFile: string | undefined): { tools: ToolLine[]; problems: WrongLine[] } {
  const { tools: read, faults } = readTools(placesOf(folders, configFile).forms);
  return {
    tools: read.map(({ file, form }) => ({
      name: form.name,
      description: form.description,
      method: form.method,
      risk: leastRisk(form),
      needsNodes: form.requiresTarget,
      does: showCall(callOf(form, sampleOf(form), form.requiresTarget ? SOMEWHERE : undefined)),
      parameters: askedFor(form).map(shown),
      file,
    })),
    problems: faults,
  };
}

export function runbooks(
  folders: FormFolders,
  search: RunbookSearch,
  configFile: string | undefined,
): { runbooks: RunbookLine[]; known: KnownWords; problems: WrongLine[] } {
  const places = placesOf(folders, configFile);
  const { tools: read, faults: ofTools } = readTools(places.forms);
  const { runbooks: found, faults } = readRunbooks(places.runbooks, catalogueOf(read.map(({ form }) => form)));
  const all = runbooksOf(found.map(({ runbook }) => runbook));
  return {
    known: knownWords(all),
    runbooks: searchRunbooks(all, search).map(({ name, description, triggers, steps, parameters }) => ({
      name,
      description,
      symptoms: [...new Set(triggers.flatMap((trigger) => trigger.symptoms))],
      triggers,
      tools: [...new Set(steps.map(({ tool }) => tool))],
      parameters: parameters.map(shown),
    })),
    problems: [...ofTools, ...faults],
  };
}

function placesOf({ forms, runbooks: more }: FormFolders, configFile: string | undefined): { forms: string[]; runbooks: string[] } {
  const { tools: own } = (configFile === undefined ? Config.parse({}) : loadConfig(configFile)).changes;
  const optional = (folder: string | undefined) => (folder === undefined ? [] : [folder]);
  return {
    forms: [...new Set([ourTools, ...optional(own.forms_directory), ...forms])],
    runbooks: [...new Set([ourRunbooks, ...optional(own.runbooks_directory), ...more])],
  };
}

const askedFor = (form: ToolForm): readonly Parameter[] => form.parameters.filter(({ name }) => !form.requiresTarget || name !== "target");

/**
 * Formats a parameter for the list. `unit!` stands for a required parameter. `lines=200` stands for a parameter with
 * the default 200.
 */
const shown = ({ name, required, default: usual }: Parameter): string =>
  `${name}${required ? "!" : usual === undefined ? "" : `=${usual}`}`;
