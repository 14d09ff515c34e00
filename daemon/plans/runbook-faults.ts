/** What is wrong with a runbook although each of its fields is right: tools, parameters and steps that are not there. Pure. */
import type { Catalogue } from "../tools/catalogue.ts";
import type { Parameter } from "../tools/parameter.ts";
import { placeholdersIn } from "../tools/template.ts";

interface Draft {
  parameters: readonly Parameter[];
  steps: readonly {
    id: string;
    tool: string;
    parameters: Readonly<Record<string, unknown>>;
    after?: readonly string[] | undefined;
    when?: string | undefined;
  }[];
  rollback: readonly { undoes: string; tool: string; parameters: Readonly<Record<string, unknown>> }[];
  success: readonly { step: string }[];
}

export function runbookFaults({ parameters, steps, rollback, success }: Draft, catalogue: Catalogue): string[] {
  const ids = steps.map(({ id }) => id);
  const known = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const ofTool = (where: string, tool: string, given: Readonly<Record<string, unknown>>): string[] => {
    if (!catalogue.has(tool)) return [`${where}: there is no tool ${tool}`];
    const form = catalogue.get(tool);
    const takes = form.parameters.filter(({ name }) => !(form.requiresTarget && name === "target"));
    return [
      ...Object.keys(given)
        .filter((name) => !takes.some((parameter) => parameter.name === name))
        .map((name) => `${where}: ${tool} has no parameter ${name}`),
      ...takes.filter(({ name, required }) => required && !Object.hasOwn(given, name)).map(({ name }) => `${where}: ${tool} needs ${name}`),
      ...Object.values(given)
        .flatMap((value) => placeholdersIn(String(value)))
        .filter((name) => !known.has(name))
        .map((name) => `${where}: {${name}} is not a parameter of the runbook`),
    ];
  };
  return [
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `steps.${id}: the same name twice`),
    ...(known.size < parameters.length ? ["parameters: the same name twice"] : []),
    ...steps.flatMap(({ id, tool, parameters: given, after = [], when }, index) => [
      ...ofTool(`steps.${id}`, tool, given),
      ...after.filter((name) => !ids.slice(0, index).includes(name)).map((name) => `steps.${id}: no step ${name} stands before it`),
      ...(when !== undefined && known.get(when)?.type !== "boolean"
        ? [`steps.${id}: when: ${when} is not a boolean parameter of the runbook`]
        : []),
    ]),
    ...rollback.flatMap(({ undoes, tool, parameters: given }) => [
      ...ofTool(`rollback.${undoes}`, tool, given),
      ...(ids.includes(undoes) ? [] : [`rollback.${undoes}: there is no such step`]),
    ]),
    ...success.filter(({ step }) => !ids.includes(step)).map(({ step }) => `success: there is no step ${step}`),
  ];
}
