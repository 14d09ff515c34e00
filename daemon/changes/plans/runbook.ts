/**
 * Reads runbooks. A runbook contains the steps for one kind of incident. Each file in `daemon/changes/runbooks/` or in
 * the site's own folder contains one runbook. Rules, not a language model, select the runbook.
 */
import { basename, join } from "node:path";
import * as z from "zod";
import { RunbookName } from "../../contract/changes/plan.ts";
import { ToolName } from "../../contract/changes/tool.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Catalogue } from "../tools/catalogue.ts";
import { Parameter } from "../tools/parameter.ts";
import { type Fault, faultText, missingFolders, readYaml, yamlFilesIn } from "../tools/yaml-file.ts";
import { runbookFaults } from "./runbook-faults.ts";
import { Trigger } from "./trigger.ts";

/** The folder with Muster's own runbooks. */
export const ourRunbooks = join(import.meta.dirname, "../runbooks");

const line = z.string().min(1).max(500);
const StepName = z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, "is not a step's name: lower-case letters, digits and dashes");
const Filled = z.record(z.string(), z.union([z.string().max(1000), z.number(), z.boolean()])).default({});

export const Runbook = z.strictObject({
  name: RunbookName,
  description: line,
  triggers: z.array(Trigger).min(1).max(30),
  parameters: z.array(Parameter).max(20).default([]),
  steps: z
    .array(
      z.strictObject({
        id: StepName,
        tool: ToolName,
        parameters: Filled,
        /**
         * Names of the steps that must succeed before this step. Without this list, a read-only step waits for all
         * earlier changes, and a change waits for all earlier steps.
         */
        after: z.array(StepName).optional(),
        /** The name of a boolean parameter of the runbook. The step is planned only if the parameter is true. */
        when: z.string().optional(),
      }),
    )
    .min(1)
    .max(50),
  /** Undo steps that replace the undo in the tool's form. */
  rollback: z
    .array(z.strictObject({ undoes: StepName, tool: ToolName, parameters: Filled }))
    .max(50)
    .default([]),
  /** Step results that show people that the incident has ended. */
  success: z
    .array(z.strictObject({ step: StepName, means: line }))
    .min(1)
    .max(10),
});
export type Runbook = z.output<typeof Runbook>;

export interface Runbooks {
  list(): readonly Runbook[];
  /** Throws RUNBOOK_NOT_FOUND with a list of the known names if no runbook has this name. */
  get(name: string): Runbook;
}

/** Reads every file and reports all faults together. */
export function readRunbooks(
  folders: readonly string[],
  catalogue: Catalogue,
): { runbooks: { file: string; runbook: Runbook }[]; faults: Fault[] } {
  const faults: Fault[] = missingFolders(folders);
  const runbooks = new Map<string, { file: string; runbook: Runbook }>();
  for (const file of folders.flatMap(yamlFilesIn)) {
    const read = readYaml(file, Runbook);
    if (!read.ok) {
      faults.push(...read.faults);
      continue;
    }
    const { value: runbook, faultAt } = read;
    const { name } = runbook;
    const other = runbooks.get(name);
    if (other) faults.push(faultAt(["name"], `${name} is already in ${other.file}`));
    else if (basename(file) !== `${name}.yaml`) faults.push(faultAt(["name"], `the file of ${name} must be called ${name}.yaml`));
    else runbooks.set(name, { file, runbook });
    faults.push(...runbookFaults(runbook, catalogue).map(({ path, problem }) => faultAt(path, problem)));
  }
  return { runbooks: [...runbooks.values()].toSorted((a, b) => (a.runbook.name < b.runbook.name ? -1 : 1)), faults };
}

export function loadRunbooks(folders: readonly string[], catalogue: Catalogue): Runbooks {
  const { runbooks, faults } = readRunbooks(folders, catalogue);
  if (faults.length > 0) throw new MusterError("RUNBOOK_INVALID", faults.map(faultText).join("\n"));
  return runbooksOf(runbooks.map(({ runbook }) => runbook));
}

export function runbooksOf(list: readonly Runbook[]): Runbooks {
  return {
    list: () => list,
    get: (name) => {
      const found = list.find((runbook) => runbook.name === name);
      if (!found)
        throw new MusterError("RUNBOOK_NOT_FOUND", `there is no runbook ${name}; known: ${list.map((runbook) => runbook.name).join(", ")}`);
      return found;
    },
  };
}
