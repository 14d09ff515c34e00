/**
 * Reads all tools of Muster and of the site. A tool form that is unreadable or has a duplicate name adds no tool and is
 * reported as a fault.
 */
import { basename, join, sep } from "node:path";
import type { Digest } from "../../contract/changes/plan.ts";
import type { Risk, Values } from "../../contract/changes/tool.ts";
import { explain, MusterError } from "../../errors/errors.ts";
import { digestOf } from "./canonical.ts";
import { ToolForm } from "./form.ts";
import { checkParameters, type Parameter } from "./parameter.ts";
import type { Playbooks } from "./playbooks.ts";
import { riskOf } from "./risk.ts";
import { type Fault, faultText, missingFolders, type Path, readYaml, yamlFilesIn } from "./yaml-file.ts";

/** The folder with Muster's own tool forms. */
export const ourTools = join(import.meta.dirname, "forms");

export interface Catalogue {
  list(): readonly ToolForm[];
  has(name: string): boolean;
  /** Throws TOOL_NOT_FOUND with a list of the known names if no tool has this name. */
  get(name: string): ToolForm;
  digest(name: string): Digest;
  playbook: Playbooks;
}

export interface ReadTool {
  file: string;
  form: ToolForm;
}

/** Reads every file and reports all faults together. */
export function readTools(folders: readonly string[]): { tools: ReadTool[]; faults: Fault[] } {
  const faults: Fault[] = missingFolders(folders);
  const tools = new Map<string, ReadTool & { faultAt: FaultAt }>();
  for (const file of folders.flatMap(yamlFilesIn)) {
    const read = readYaml(file, ToolForm);
    if (!read.ok) {
      faults.push(...read.faults);
      continue;
    }
    const { value: form, faultAt } = read;
    const other = tools.get(form.name);
    if (other) faults.push(faultAt(["name"], `${form.name} is already in ${other.file}`));
    else if (basename(file) !== `${form.name}.yaml`)
      faults.push(faultAt(["name"], `the file of ${form.name} must be called ${form.name}.yaml`));
    else {
      tools.set(form.name, { file, form, faultAt });
      faults.push(...untriable(form, faultAt));
      if (!file.startsWith(join(ourTools, sep))) faults.push(...ownMethod(form, faultAt));
    }
  }
  for (const { form, faultAt } of tools.values()) {
    const undo = form.undo && tools.get(form.undo.tool)?.form;
    if (form.undo && !undo) faults.push(faultAt(["undo", "tool"], `there is no tool ${form.undo.tool}`));
    if (undo) faults.push(...undoFaults(form, undo, faultAt));
  }
  return {
    tools: [...tools.values()].map(({ file, form }) => ({ file, form })).toSorted((a, b) => (a.form.name < b.form.name ? -1 : 1)),
    faults,
  };
}

type FaultAt = (path: Path, problem: string) => Fault;

/** Fills a tool form with sample values, to find a form that can never be filled. */
function untriable(form: ToolForm, faultAt: FaultAt): Fault[] {
  try {
    leastRisk(form);
    return [];
  } catch (error) {
    return [faultAt(["parameters"], explain(error))];
  }
}

/**
 * The policy identifies each of Muster's own actions (acts) by the name of its tool. A second tool name for the same
 * action would bypass the rules for that action.
 */
function ownMethod({ method }: ToolForm, faultAt: FaultAt): Fault[] {
  if (method !== "act") return [];
  return [faultAt(["execution", "method"], "act is for Muster's own tools; use one of those, in a runbook too")];
}

function undoFaults(form: ToolForm, undo: ToolForm, faultAt: FaultAt): Fault[] {
  const given = Object.keys(form.undo?.parameters ?? {});
  const missing = undo.parameters.filter(({ name, required }) => required && !filledIn(undo, name) && !given.includes(name));
  const unknown = given.filter((name) => !undo.parameters.some((parameter) => parameter.name === name));
  return [
    ...missing.map(({ name }) => faultAt(["undo", "parameters"], `${undo.name} needs ${name}`)),
    ...unknown.map((name) => faultAt(["undo", "parameters", name], `${undo.name} has no such parameter`)),
    ...(undo.requiresTarget !== form.requiresTarget ? [faultAt(["undo", "tool"], `${undo.name} is not for the same targets`)] : []),
  ];
}

/** `timeouts` are the seconds that the configuration sets for a tool, in place of the seconds of its form. */
export function loadCatalogue(
  folders: readonly string[] = [ourTools],
  playbooks?: Playbooks,
  timeouts: Readonly<Record<string, number>> = {},
): Catalogue {
  const { tools, faults } = readTools(folders);
  if (faults.length > 0) throw new MusterError("TOOL_INVALID", faults.map(faultText).join("\n"));
  return catalogueOf(
    tools.map(({ form }) => ({ ...form, timeoutSeconds: timeouts[form.name] ?? form.timeoutSeconds })),
    playbooks,
  );
}

export function catalogueOf(forms: readonly ToolForm[], playbook: Playbooks = () => undefined): Catalogue {
  const known = new Map(forms.map((form) => [form.name, { form, digest: digestOf(JSON.parse(JSON.stringify(form))) }]));
  const entry = (name: string) => {
    const found = known.get(name);
    if (!found) throw new MusterError("TOOL_NOT_FOUND", `there is no tool ${name}; known: ${[...known.keys()].join(", ")}`);
    return found;
  };
  return {
    list: () => forms,
    has: (name) => known.has(name),
    get: (name) => entry(name).form,
    digest: (name) => entry(name).digest,
    playbook,
  };
}

/** Returns sample values for a tool form: each parameter's default, or its example if it has no default. */
export const sampleOf = (form: ToolForm): Values =>
  checkParameters(
    form.name,
    form.parameters,
    Object.fromEntries(form.parameters.filter(({ name }) => !filledIn(form, name)).flatMap((parameter) => sample(parameter))),
    form.requiresTarget ? ["target", "node"] : [],
  );

const filledIn = (form: ToolForm, name: string): boolean => form.requiresTarget && (name === "target" || name === "node");

function sample({ name, type, required, example, default: usual, enum: choices, min }: Parameter): [string, string | number | boolean][] {
  const shown = usual ?? example ?? choices?.[0];
  if (shown !== undefined) return [[name, shown]];
  if (!required) return [];
  return [[name, type === "boolean" ? false : type === "integer" || type === "number" ? (min ?? 1) : "example"]];
}

/** Returns the risk of the tool form with sample values. Other values may lead to a higher risk. */
export const leastRisk = (form: ToolForm): Risk => riskOf(form, sampleOf(form));
