/** A goal as a list of tools to use on each target, in order; no target is known yet. Pure. */
import type { Value, Values } from "../../contract/changes/tool.ts";
import { typed } from "../tools/command.ts";
import type { ToolForm } from "../tools/form.ts";
import type { Runbook } from "./runbook.ts";

export interface Draft {
  name: string;
  tool: string;
  parameters: Values;
  after?: readonly string[];
  /** Of the runbook; else the tool's form says how it is undone. */
  undo?: { tool: string; parameters: Values };
}

export const draftOfTool = (form: ToolForm, parameters: Values): Draft => ({ name: form.name, tool: form.name, parameters });

export function draftsOfRunbook(runbook: Runbook, given: Values): Draft[] {
  const lookUp = (name: string): Value | undefined => (Object.hasOwn(given, name) ? given[name] : undefined);
  return runbook.steps
    .filter(({ when }) => when === undefined || given[when] === true)
    .map(({ id, tool, parameters, after }) => {
      const undo = runbook.rollback.find(({ undoes }) => undoes === id);
      return {
        name: id,
        tool,
        parameters: typed(parameters, lookUp),
        ...(after && { after }),
        ...(undo && { undo: { tool: undo.tool, parameters: typed(undo.parameters, lookUp) } }),
      };
    });
}
