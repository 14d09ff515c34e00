/** Finds faults in a runbook, such as references to missing tools, parameters and steps. The functions of this file are pure. */
import type { Catalogue } from "../tools/catalogue.ts";
import type { Parameter } from "../tools/parameter.ts";
import { placeholdersIn } from "../tools/template.ts";
import type { Path } from "../tools/yaml-file.ts";

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

interface Misfit {
  path: Path;
  problem: string;
}

export function runbookFaults({ parameters, steps, rollback, success }: Draft, catalogue: Catalogue): Misfit[] {
  const ids = steps.map(({ id }) => id);
  const known = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const ofTool = (place: Path, tool: string, given: Readonly<Record<string, unknown>>): Misfit[] => {
    if (!catalogue.has(tool)) return [{ path: [...place, "tool"], problem: `there is no tool ${tool}` }];
    const form = catalogue.get(tool);
    const takes = form.parameters.filter(({ name }) => !(form.requiresTarget && name === "target"));
    const at = (name: string): Path => [...place, "parameters", name];
    return [
      ...Object.keys(given)
        .filter((name) => !takes.some((parameter) => parameter.name === name))
        .map((name) => ({ path: at(name), problem: `${tool} has no such parameter` })),
      ...takes
        .filter(({ name, required }) => required && !Object.hasOwn(given, name))
        .map(({ name }) => ({ path: [...place, "tool"], problem: `${tool} needs ${name}` })),
      ...Object.entries(given).flatMap(([key, value]) =>
        placeholdersIn(String(value))
          .filter((name) => !known.has(name))
          .map((name) => ({ path: at(key), problem: `{${name}} is not a parameter of the runbook` })),
      ),
    ];
  };
  return [
    ...(known.size < parameters.length ? [{ path: ["parameters"], problem: "a name appears twice" }] : []),
    ...steps.flatMap(({ id, tool, parameters: given, after = [], when }, index) => [
      ...(ids.indexOf(id) < index ? [{ path: ["steps", index, "id"], problem: `an earlier step is also called ${id}` }] : []),
      ...ofTool(["steps", index], tool, given),
      ...after
        .filter((name) => !ids.slice(0, index).includes(name))
        .map((name) => ({ path: ["steps", index, "after"], problem: `there is no earlier step ${name}` })),
      ...(when !== undefined && known.get(when)?.type !== "boolean"
        ? [{ path: ["steps", index, "when"], problem: `${when} is not a boolean parameter of the runbook` }]
        : []),
    ]),
    ...rollback.flatMap(({ undoes, tool, parameters: given }, index) => [
      ...ofTool(["rollback", index], tool, given),
      ...(ids.includes(undoes) ? [] : [{ path: ["rollback", index, "undoes"], problem: `there is no step ${undoes}` }]),
    ]),
    ...success.flatMap(({ step }, index) =>
      ids.includes(step) ? [] : [{ path: ["success", index, "step"], problem: `there is no step ${step}` }],
    ),
  ];
}
