/**
 * Defines the form of a tool, with its description, parameters and action. Each file in `forms/` or in the site's own
 * folder contains one tool form.
 */
import * as z from "zod";
import { Risk, ToolName } from "../../contract/changes/tool.ts";
import { ActionWord, ModuleAction, PlaybookAction, RequestAction, type ToolAction } from "./action.ts";
import { actionFaults } from "./form-faults.ts";
import { NeededProgram, programPlaceOf } from "./needed-programs.ts";
import { Parameter } from "./parameter.ts";
import { looksLikeShell, templateWordsOf } from "./template.ts";

const MiB = 1024 * 1024;
const line = z.string().min(1).max(1000);
const SecretName = z.string().regex(/^[a-z][a-z0-9_]{0,60}$/, "is not a secret's name: lower-case letters, digits and underscores");

/**
 * Environment variables that known programs read. PATH, LD_PRELOAD and similar variables are not allowed, because they
 * could make the tool run another program.
 */
const EnvironmentName = z.enum([
  "PGOPTIONS",
  "PGCONNECT_TIMEOUT",
  "PGSSLMODE",
  "PGREQUIREAUTH",
  "LC_ALL",
  "TZ",
  "COLUMNS",
  "NO_COLOR",
  "NOMAD_ADDR",
  "CONSUL_HTTP_ADDR",
]);

/**
 * The way in which the tool receives a secret. The form contains only the name of the secret, and only the executor has
 * its value.
 */
export const SecretReference = z.union([
  z.strictObject({
    name: SecretName,
    environment: z.string().regex(/^(PGPASSWORD|[A-Z][A-Z0-9_]*_(PASSWORD|TOKEN|KEY|SECRET))$/, "is not a variable for secrets"),
  }),
  z.strictObject({ name: SecretName, header: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/), prefix: z.string().max(20).default("") }),
]);
export type SecretReference = z.output<typeof SecretReference>;

const MethodWord = z
  .enum(["local", "local-command", "ssh", "http", "database", "winrm", "ansible", "terraform", "nomad", "act"])
  .transform((word) => (word === "local-command" ? ("local" as const) : word));

export const Effect = z.enum(["looks", "changes", "restarts", "installs", "erases"]);

/** The node phases in which a tool may run if the tool does not need an installed system. */
const PhaseWord = z.enum([
  "discovered",
  "accepted",
  "armed",
  "installing",
  "install-failed",
  "called-home",
  "configuring",
  "configure-failed",
  "ready",
  "rescue",
  "wiping",
  "quarantined",
  "retired",
]);

const FormFile = z.strictObject({
  name: ToolName,
  description: line,
  execution: z.strictObject({
    /**
     * Muster only shows the location to people and does not use it. The executor starts every tool, even if the tool
     * then runs on another machine.
     */
    location: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,40}$/)
      .default("executor"),
    method: MethodWord,
    requires_target: z.boolean().default(false),
    target_type: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,40}$/)
      .default("node"),
    phases: z.array(PhaseWord).min(1).optional(),
  }),
  parameters: z.array(Parameter).max(30).default([]),
  command: z.array(ActionWord).min(1).max(100).optional(),
  command_template: line
    .refine((text) => !looksLikeShell(text), "looks like a shell command, but no shell will read it: write `command: [...]`")
    .optional(),
  request: RequestAction.optional(),
  playbook: PlaybookAction.optional(),
  module: ModuleAction.optional(),
  programs: z.array(NeededProgram).max(10).default([]),
  environment: z.partialRecord(EnvironmentName, z.string().max(500)).default({}),
  secrets: z.array(SecretReference).max(10).default([]),
  /** The lowest possible risk of the tool. This value can raise the computed risk but not lower it. */
  risk: Risk.default("read"),
  effects: z.array(Effect).default([]),
  preview: z.enum(["exact", "check", "none"]).optional(),
  /** Exit codes other than 0 that are a result and not an error. For example, ping exits with 1 if the node does not answer. */
  answer_codes: z.array(z.int().min(1).max(125)).max(40).default([]),
  undo: z
    .strictObject({
      tool: ToolName,
      parameters: z.record(z.string(), z.union([z.string().max(1000), z.number(), z.boolean()])).default({}),
    })
    .optional(),
  /** True if the tool can run twice in a row without harm. Tools that only read are always repeatable. */
  repeatable: z.boolean().default(false),
  timeout_seconds: z.int().min(1).max(86_400).default(60),
  expected_seconds: z.number().min(0).max(86_400).default(5),
  cost_usd: z.number().min(0).max(1_000_000).default(0),
  output_cap_bytes: z
    .int()
    .min(1024)
    .max(10 * MiB)
    .default(64 * 1024),
});

export const ToolForm = FormFile.transform((file, context) => {
  const { execution, command, command_template, request, playbook, module, environment, ...rest } = file;
  const words = command ?? (command_template === undefined ? undefined : templateWordsOf(command_template));
  const actions: ToolAction[] = [
    ...(words ? [{ kind: "command" as const, words, environment }] : []),
    ...(request ? [{ kind: "request" as const, ...request }] : []),
    ...(playbook ? [{ kind: "playbook" as const, ...playbook }] : []),
    ...(module ? [{ kind: "module" as const, ...module }] : []),
    ...(execution.method === "act" ? [{ kind: "act" as const }] : []),
  ];
  const [action] = actions;
  if (!action || actions.length > 1 || (command && command_template)) {
    context.addIssue({ code: "custom", message: "needs one of command, command_template, request, playbook and module, and only one" });
    return z.NEVER;
  }
  const faults = actionFaults({ action, method: execution.method, requiresTarget: execution.requires_target, ...rest });
  for (const { path, message } of faults) context.addIssue({ code: "custom", path, message });
  if (faults.length > 0) return z.NEVER;
  return {
    name: rest.name,
    description: rest.description,
    method: execution.method,
    location: execution.location,
    requiresTarget: execution.requires_target,
    targetType: execution.target_type,
    phases: execution.phases,
    parameters: rest.parameters,
    action,
    programs: rest.programs.map(({ on = programPlaceOf(execution.method), ...program }) => ({ ...program, on })),
    secrets: rest.secrets,
    risk: rest.risk,
    effects: rest.effects,
    preview: rest.preview ?? (action.kind === "playbook" ? ("check" as const) : ("exact" as const)),
    answerCodes: rest.answer_codes,
    undo: rest.undo,
    repeatable: rest.repeatable,
    timeoutSeconds: rest.timeout_seconds,
    expectedSeconds: rest.expected_seconds,
    costUsd: rest.cost_usd,
    outputCapBytes: rest.output_cap_bytes,
  };
});
export type ToolForm = z.output<typeof ToolForm>;
