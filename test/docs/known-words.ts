/** The commands, options, configuration keys and states that exist, for tests of the texts that name them. */
import type { Command } from "commander";
import * as z from "zod";
import { buildProgram } from "../../daemon/cli/program.ts";
import { Config } from "../../daemon/config/config.ts";
import { Delivery } from "../../daemon/contract/admin/alert.ts";
import { ApprovalState } from "../../daemon/contract/changes/approval.ts";
import { PlanExecuted } from "../../daemon/contract/changes/change-routes.ts";
import { ExecutionStatus, StepStatus } from "../../daemon/contract/changes/execution.ts";
import { Standing } from "../../daemon/contract/cluster/standing.ts";
import { JobStatus } from "../../daemon/contract/jobs/job.ts";
import { NodeState } from "../../daemon/contract/machines/node.ts";

export const program = buildProgram({ version: "0.0.0" } as Parameters<typeof buildProgram>[0]);

export function commandOf(words: string[]): { command: Command; rest: string[] } {
  let command: Command = program;
  for (const [index, word] of words.entries()) {
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (!next) return { command, rest: words.slice(index) };
    command = next;
  }
  return { command, rest: [] };
}

export const optionsOf = (command: Command) => [...command.options, ...program.options].map(({ long }) => long ?? "");

/** The long options of all commands. */
export const allOptions: ReadonlySet<string> = new Set(
  (function every(command: Command): string[] {
    return [...optionsOf(command), ...command.commands.flatMap(every)];
  })(program),
);

/** The states of nodes, services of the cluster, jobs, executions, steps, approvals and deliveries, and the words of the provisioning API. */
export const states: ReadonlySet<string> = new Set([
  ...NodeState.options.map((option) => option.shape.phase.value),
  ...JobStatus.options,
  ...ExecutionStatus.options,
  ...StepStatus.options,
  ...ApprovalState.options,
  ...Delivery.options,
  ...Standing.options.map((option) => option.shape.state.value),
  ...PlanExecuted.shape.status.options,
  "success",
]);

/** These look like keys, but they are a file and an event. */
export const configKeys = new Set(["ansible.cfg", "audit.problem"]);
(function collect(schema: z.core.JSONSchema.BaseSchema, path: string) {
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    const name = path === "" ? key : `${path}.${key}`;
    configKeys.add(name);
    if (typeof value === "object") collect(value, name);
  }
})(z.toJSONSchema(Config, { io: "input", unrepresentable: "any" }), "");
