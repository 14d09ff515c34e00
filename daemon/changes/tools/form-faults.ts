/** Finds faults that involve several fields of a tool form. The functions of this file are pure. */
import type { Method } from "../../contract/changes/tool.ts";
import { type ToolAction, wordsIn } from "./action.ts";
import { isNarrow, type Parameter } from "./parameter.ts";
import { placeholdersIn, wholePlaceholder } from "./template.ts";

interface Draft {
  action: ToolAction;
  method: Method;
  requiresTarget: boolean;
  parameters: readonly Parameter[];
  undo?: { parameters: Readonly<Record<string, string | number | boolean>> } | undefined;
  answer_codes: readonly number[];
  secrets: readonly ({ environment: string } | { header: string })[];
}

interface Fault {
  path: string[];
  message: string;
}

const methodsOf: Record<ToolAction["kind"], readonly Method[]> = {
  command: ["local", "ssh", "database", "terraform", "nomad"],
  request: ["http"],
  playbook: ["ansible"],
  module: ["winrm", "ansible"],
  act: ["act"],
};
const keyOf: Record<ToolAction["kind"], string> = {
  command: "command",
  request: "request",
  playbook: "playbook",
  module: "module",
  act: "execution",
};

/** The name of a program in a system folder, or a program name without a folder. */
const PROGRAM = /^(\/usr)?(\/s?bin\/)?[a-zA-Z0-9][a-zA-Z0-9._+-]*$/;
/**
 * The port of a URL is a number or a single placeholder such as `{port}`. The host of a URL is fixed, the target, or a
 * parameter of type `host`.
 */
const URL_SHAPE =
  /^(?:https?|\{[a-z][a-z0-9_]*\}):\/\/(\{[a-z][a-z0-9_]*\}|[^/:?#[\]@{}]+|\[[0-9a-f:]+\])(?::(\d{1,5}|\{[a-z][a-z0-9_]*\}))?(?:[/?{]|$)/;

export function actionFaults({ action, method, requiresTarget, parameters, undo, answer_codes: answers, secrets }: Draft): Fault[] {
  const faults: Fault[] = [];
  const complain = (path: string, message: string) => faults.push({ path: [path], message });
  const key = keyOf[action.kind];
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const known = new Set([...byName.keys(), ...(requiresTarget ? ["target", "node"] : [])]);
  if (!methodsOf[action.kind].includes(method))
    complain("execution", `${key} does not go with the method ${method}; it goes with ${methodsOf[action.kind].join(", ")}`);
  if (byName.size < parameters.length) complain("parameters", "has a name twice");
  for (const word of [...wordsIn(action), ...Object.values(undo?.parameters ?? {}).map(String)])
    for (const name of placeholdersIn(word))
      if (!known.has(name)) complain(key, `{${name}} is not a parameter${name === "target" ? " and the tool requires no target" : ""}`);
  const anywhere: readonly Method[] = ["local", "http", "database", "act"];
  if (!anywhere.includes(method) && !requiresTarget && action.kind !== "command")
    complain("execution", `the method ${method} needs requires_target: true`);
  if (method === "ssh" && !requiresTarget) complain("execution", "the method ssh needs requires_target: true");
  for (const secret of secrets)
    if ("environment" in secret !== (action.kind === "command" && method !== "ssh"))
      complain("secrets", "reach a local command by `environment`, a request by `header`, and nothing else");
  // Only the method database looks at the release of psql, which decides whether a server can ask for the plain password.
  if (method !== "database" && secrets.some((secret) => "environment" in secret && secret.environment === "PGPASSWORD"))
    complain("secrets", "give PGPASSWORD only to the method database, which never sends the plain password to a server");
  if (answers.length > 0 && action.kind !== "command") complain("answer_codes", "are those of a command");
  // If the host were a parameter, the requester could choose the host that receives the secret.
  if (secrets.length > 0 && parameters.some(({ type, name }) => type === "host" && !(requiresTarget && name === "target")))
    complain("secrets", "go only where the form says: to {target} or a fixed host, not to a parameter of type host");
  if (action.kind === "command") {
    const [program = ""] = action.words;
    if (!PROGRAM.test(program))
      complain(key, `${program} is not a program's name: the program comes first, and no parameter may choose it`);
    for (const word of action.words)
      for (const name of placeholdersIn(word)) {
        const parameter = byName.get(name);
        if (parameter && !isNarrow(parameter) && wholePlaceholder(word) === undefined)
          complain(key, `{${name}} is next to other text in ${word}, so its parameter needs a pattern or an enum`);
      }
  }
  if (action.kind === "playbook" && action.variables && byName.get(wholePlaceholder(action.variables) ?? "")?.type !== "json")
    complain(key, `${action.variables} must be of type json`);
  if (action.kind === "request") for (const message of urlFaults(action.url, byName)) complain(key, message);
  return faults;
}

function urlFaults(url: string, parameters: ReadonlyMap<string, Parameter>): string[] {
  const shape = URL_SHAPE.exec(url);
  if (url.startsWith("muster:"))
    return ["a form cannot call Muster's own API; use a tool whose method is act, such as wake, in a runbook too"];
  if (!shape) return ["url does not have the form http://{target}:{port}/path"];
  const [, host = "", port = ""] = shape;
  const [scheme] = placeholdersIn(url.slice(0, url.indexOf(":")));
  const hostName = wholePlaceholder(host);
  const portName = wholePlaceholder(port);
  return [
    ...(scheme && !parameters.get(scheme)?.enum?.every((word) => /^https?$/.test(word))
      ? [`{${scheme}} must be an enum of http and https`]
      : []),
    ...(placeholdersIn(host).length > 0 && hostName === undefined ? ["the host must be fixed or one placeholder"] : []),
    ...(hostName && !["target", "node"].includes(hostName) && parameters.get(hostName)?.type !== "host"
      ? [`{${hostName}} must be of type host`]
      : []),
    ...(port !== "" && !/^\d{1,5}$/.test(port) && parameters.get(portName ?? "")?.type !== "integer"
      ? ["the port must be a number or of type integer"]
      : []),
  ];
}
