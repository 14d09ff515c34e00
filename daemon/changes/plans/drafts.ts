/**
 * Turns a goal into an ordered list of tool calls that apply to each target. The planner resolves the targets later.
 * The functions of this file are pure.
 */
import type { Value, Values } from "../../contract/changes/tool.ts";
import { typed } from "../tools/command.ts";
import type { ToolForm } from "../tools/form.ts";
import type { Runbook } from "./runbook.ts";

export interface Draft {
  name: string;
  tool: string;
  parameters: Values;
  after?: readonly string[];
  /** The tool call that undoes the step, as the runbook defines it. If the runbook defines no undo, the tool form defines it. */
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
