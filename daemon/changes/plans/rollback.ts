/**
 * Makes the steps that undo a plan's changes, starting with the newest change. Changes without an undo get no rollback
 * step. The functions of this file are pure.
 */
import type { Plan, PlanStep } from "../../contract/changes/plan.ts";
import type { Value, Values } from "../../contract/changes/tool.ts";
import type { Catalogue } from "../tools/catalogue.ts";
import { typed } from "../tools/command.ts";
import type { Playbooks } from "../tools/playbooks.ts";
import type { Draft } from "./drafts.ts";
import { stepOf } from "./step.ts";
import type { KnownNode } from "./targets.ts";

interface Made {
  draft: Draft;
  step: PlanStep;
  node: KnownNode | undefined;
}

export function rollbackOf(made: readonly Made[], catalogue: Catalogue, playbooks: Playbooks): Plan["rollback"] {
  const undoable = made.toReversed().flatMap(({ draft, step, node }) => {
    const undo = step.risk === "read" ? undefined : (draft.undo ?? undoOf(catalogue, step));
    return undo ? [{ undo, step, node }] : [];
  });
  return undoable.map(({ undo, step, node }, index) => {
    const form = catalogue.get(undo.tool);
    const place = form.requiresTarget ? node : undefined;
    const { parameters } = undo;
    const undoing = stepOf({ id: `r${index + 1}`, form, digest: catalogue.digest(form.name), parameters, node: place, playbooks });
    return { undoes: step.id, step: undoing };
  });
}

function undoOf(catalogue: Catalogue, step: PlanStep): { tool: string; parameters: Values } | undefined {
  const { undo } = catalogue.get(step.tool);
  const lookUp = (name: string): Value | undefined => (Object.hasOwn(step.parameters, name) ? step.parameters[name] : undefined);
  return undo && { tool: undo.tool, parameters: typed(undo.parameters, lookUp) };
}
