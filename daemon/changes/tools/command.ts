/**
 * Combines a tool form with its values into the exact call, such as a command line. Each value stays one word of the
 * call, and no shell interprets it.
 */
import type { Target } from "../../contract/changes/plan.ts";
import type { Value, Values } from "../../contract/changes/tool.ts";
import { optionsInWords, type RunOptions } from "../../contract/jobs/run-options.ts";
import { MusterError } from "../../errors/errors.ts";
import type { ToolForm } from "./form.ts";
import { checkParameters } from "./parameter.ts";
import { runOptions } from "./playbook-options.ts";
import { fill } from "./template.ts";
import { filledUrl } from "./url.ts";

export type At = Pick<Target, "node" | "address">;

/**
 * The call that an executor performs. `environment` contains no secrets, because the executor adds the secrets that the
 * form references.
 */
export type Call =
  | { kind: "command"; argv: string[]; environment: Record<string, string> }
  | { kind: "request"; verb: string; url: string; headers: Record<string, string>; body?: Values }
  | { kind: "playbook"; playbook: string; check: boolean; options?: RunOptions }
  | { kind: "module"; module: string; arguments: Values }
  | { kind: "act"; act: string; node: string; values: Values };

/** Checks the values against the form and adds the form's defaults. Muster itself sets `target` and `node`. */
export function parametersFor(form: ToolForm, given: Values): Values {
  const values = checkParameters(form.name, form.parameters, given, form.requiresTarget ? ["target", "node"] : []);
  if (form.action.kind === "playbook" || form.action.kind === "module") refuseTemplates(form, values);
  return values;
}

/**
 * Rejects templates in values, because Ansible would evaluate them on the control node with the executor's rights. The executor
 * marks extra variables as data, so they may contain templates.
 */
function refuseTemplates({ name: tool, parameters, action }: ToolForm, values: Values): void {
  const data = action.kind === "playbook" ? parameters.filter(({ type }) => type === "json").map(({ name }) => name) : [];
  const evil = Object.entries(values).find(([name, value]) => !data.includes(name) && typeof value === "string" && /\{[{%#]/.test(value));
  if (evil) throw new MusterError("PARAMETER_INVALID", `${tool}: ${evil[0]} holds a template, which Ansible would evaluate`);
}

export function callOf(form: ToolForm, parameters: Values, at?: At): Call {
  if (form.requiresTarget && !at) throw new MusterError("PARAMETER_INVALID", `${form.name} needs a target`);
  const values = parametersFor(form, parameters);
  const lookUp = (name: string): Value | undefined => {
    if (at && form.requiresTarget && name === "node") return at.node;
    if (!at || !form.requiresTarget || name !== "target") return Object.hasOwn(values, name) ? values[name] : undefined;
    if (at.address === undefined) throw new MusterError("NODE_WRONG_PHASE", `${at.node} has no address yet`);
    return at.address;
  };
  const { action } = form;
  switch (action.kind) {
    case "command":
      return {
        kind: "command",
        argv: action.words.flatMap((word) => fill(word, lookUp) ?? []),
        environment: Object.fromEntries(Object.entries(action.environment).flatMap(([name, word]) => optional(name, fill(word, lookUp)))),
      };
    case "request":
      return {
        kind: "request",
        verb: action.verb,
        url: filledUrl(form.name, action.url, lookUp),
        headers: Object.fromEntries(Object.entries(action.headers).flatMap(([name, word]) => optional(name, fill(word, lookUp)))),
        ...(action.body && { body: typed(action.body, lookUp) }),
      };
    case "playbook":
      return {
        kind: "playbook",
        playbook: needed(form, "name", fill(action.name, lookUp)),
        check: action.check === "{check}" ? lookUp("check") === true : action.check,
        ...runOptions(action, lookUp),
      };
    case "module":
      return { kind: "module", module: action.name, arguments: typed(action.arguments, lookUp) };
    case "act":
      return { kind: "act", act: form.name, node: at?.node ?? "", values };
  }
}

/** Returns the words of a command, program first, as a process or an SSH session receives them. */
export function commandOf(form: ToolForm, parameters: Values, at?: At): string[] {
  const call = callOf(form, parameters, at);
  if (call.kind !== "command") throw new MusterError("TOOL_INVALID", `${form.name} is a ${call.kind}, not a command`);
  return call.argv;
}

const optional = (name: string, value: string | undefined): [string, string][] => (value === undefined ? [] : [[name, value]]);

function needed(form: ToolForm, field: string, value: string | undefined): string {
  if (value === undefined) throw new MusterError("PARAMETER_INVALID", `${form.name}: its ${field} has no value`);
  return value;
}

/** A field that contains only one placeholder, such as `"{count}"`, keeps the type of the value. */
export function typed(fields: Readonly<Record<string, Value>>, lookUp: (name: string) => Value | undefined): Values {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, word]): [string, Value][] => {
      if (typeof word !== "string") return [[key, word]];
      const whole = /^\{([a-z][a-z0-9_]*)\}$/.exec(word)?.[1];
      const value = whole === undefined ? fill(word, lookUp) : lookUp(whole);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** Returns the call as text for people. No code parses this text. */
export function showCall(call: Call): string {
  switch (call.kind) {
    case "command":
      return call.argv.map(shown).join(" ");
    case "request":
      return `${call.verb} ${call.url}${call.body ? ` ${JSON.stringify(call.body)}` : ""}`;
    case "playbook":
      return `playbook ${call.playbook}${call.check ? ", changing nothing" : ""}${optionsInWords(call.options)}`;
    case "module":
      return `module ${call.module} ${JSON.stringify(call.arguments)}`;
    case "act":
      return [
        call.act,
        ...(call.node === "" ? [] : [call.node]),
        ...Object.entries(call.values).map(([name, value]) => `${name}=${shown(String(value))}`),
      ].join(" ");
  }
}

const shown = (word: string): string => (/^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
