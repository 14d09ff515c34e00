/** Defines the commands that propose changes, show plans, approve or deny plans, and follow executions. */
import type { Command } from "commander";
import type { Proposal } from "../../contract/changes/plan.ts";
import type { Client } from "../../contract/client.ts";
import { CommandFailure } from "../failure.ts";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";
import { type IncidentOptions, incidentWord, incidentWords } from "./incident-options.ts";
import { followPlan, showApprovals, showExecution, showExecutions, showPlan, standing } from "./show-plans.ts";
import { signatureFor } from "./voting.ts";

interface DoOptions extends IncidentOptions {
  runbook?: string;
  on?: string[];
  reason?: string;
  dryRun: boolean;
  readOnly: boolean;
  follow: boolean;
}

interface ExecutionOptions {
  follow: boolean;
  cancel: boolean;
  resume: boolean;
  checked: boolean;
  done: string;
}

export function changeCommands(program: Command, words: Words): void {
  proposing(program, words);
  approving(program, words);
  executing(program, words);
}

function proposing(program: Command, { json, client }: Words): void {
  program
    .command("do")
    .argument("[tool]", "name of a tool, as listed by `muster tools`")
    .argument("[values...]", "parameters of the tool, in the form name=value")
    .option("--runbook <name>", "propose the steps of this runbook instead of a single tool")
    .option("--symptom <word>", "propose the runbook that matches this symptom best", incidentWord)
    .option("--event <type>", "propose the runbook that matches this type of event best", incidentWord)
    .option("--intent <word>", "propose the runbook that matches this intent best, such as investigate", incidentWord)
    .option("--resource <word>", "propose the runbook that matches this kind of resource best, such as node", incidentWord)
    .option("--on <nodes...>", "target nodes: names of nodes, group:NAME for a group, or all")
    .option("--reason <text>", "reason for the change, which approvers see and the audit log records")
    .option("--dry-run", "show the plan and the decision of the policy, but do not propose the change", false)
    .option("--read-only", "refuse the proposal if any of its steps is not read-only", false)
    .option("--follow", "show the result of each step; if the plan needs an approval, first wait for the approval", false)
    .description("propose a change to nodes; the policy decides if the change starts now, needs approval, or is refused")
    .addHelpText(
      "after",
      `${examples("muster do disk_usage --on all --follow", 'muster do service_restart unit=ssh.service --on group:prod --reason "it hangs"', "muster do service_restart unit=ssh.service --on rack1-n1 --dry-run", "muster do --runbook slow-node --on rack1-n1 --follow", "muster do --symptom full-disk --on rack1-n1 --dry-run")}\n\nThe exit code is 0 when the change has started or waits for approval, and 1 when it was refused. With --follow, it is 0 only\nwhen every step succeeded.`,
    )
    .action(async (tool: string | undefined, values: string[], { follow, dryRun, ...options }: DoOptions) => {
      const daemon = client();
      const proposal = proposalFrom(tool, values, options);
      const proposed = await daemon.propose({ ...proposal, dryRun });
      if (follow && !dryRun) {
        process.exitCode = await followPlan(daemon, proposed.work.id, json());
        return;
      }
      print(json(), proposed, dryRun ? showPlan(proposed) : `${proposed.work.plan.summary}\n${standing(proposed)}`);
    });
  program
    .command("plan")
    .argument("<id>", "id of a plan")
    .description("show one plan with its steps, the decision of the policy, and the state of the plan")
    .addHelpText("after", examples("muster plan 5f0c1e0a-6a39-4b8a-9d1c-0d7b8f1f0a11"))
    .action(async (id: string) => {
      const planned = await client().getPlan({ id });
      print(json(), planned, showPlan(planned));
    });
}

function proposalFrom(
  tool: string | undefined,
  values: string[],
  { runbook, on = [], reason = "", readOnly, ...options }: Omit<DoOptions, "follow" | "dryRun">,
): Proposal {
  const incident = incidentWords(options);
  const asIncident = Object.keys(incident).length > 0;
  if (asIncident && runbook !== undefined)
    throw new CommandFailure(
      "USAGE",
      "a runbook and an incident were given",
      "Leave out --runbook, or all of --symptom, --event, --intent and --resource.",
    );
  // The parser treats every word after the option `--on` as a node. Here, a word with an equals sign becomes a parameter.
  const words = [
    ...(tool === undefined || (runbook === undefined && !asIncident) ? [] : [tool]),
    ...values,
    ...on.filter((word) => word.includes("=")),
  ];
  const targets = on.filter((word) => !word.includes("=")).flatMap((word) => word.split(",").filter((name) => name !== ""));
  const parameters = Object.fromEntries(words.map(parameter));
  const rest = { targets, reason, readOnly, tainted: false };
  if (runbook !== undefined) return { goal: { kind: "runbook", runbook, parameters }, ...rest };
  if (asIncident) return { goal: { kind: "incident", ...incident, parameters }, ...rest };
  if (tool === undefined)
    throw new CommandFailure(
      "USAGE",
      "no tool, runbook or incident was given",
      "Name a tool of `muster tools`, a runbook with --runbook, or an incident with --symptom.",
    );
  if (tool.includes("="))
    throw new CommandFailure("USAGE", `${tool}: the tool comes before its parameters`, "Write: muster do <tool> name=value … --on <nodes>");
  return { goal: { kind: "tool", tool, parameters }, ...rest };
}

function parameter(word: string): [string, string] {
  const at = word.indexOf("=");
  if (at < 1) throw new CommandFailure("USAGE", `${word}: is not a parameter`, "Write each parameter as name=value. Nodes follow --on.");
  return [word.slice(0, at), word.slice(at + 1)];
}

function approving(program: Command, { json, client }: Words): void {
  const waiting = program
    .command("approvals")
    .option("--all", "also list decided, expired and used approvals", false)
    .description("list the plans that wait for approval")
    .addHelpText("after", examples("muster approvals", "muster approvals --all --json | jq -r '.[].state'"))
    .action(async ({ all }: { all: boolean }) => {
      const daemon = client();
      const approvals = await daemon.listApprovals(all ? {} : { state: "pending" });
      if (json()) return print(true, approvals, "");
      const works = await Promise.all(approvals.slice(0, 50).map(async ({ id }) => (await daemon.getApproval({ id })).work));
      print(false, approvals, showApprovals(approvals, new Map(works.map((work) => [work.id, work]))));
    });
  waiting
    .command("withdraw")
    .argument("<id>", "id of an approval, as listed by `muster approvals`")
    .description("withdraw your own request while the request is pending")
    .addHelpText("after", examples("muster approvals withdraw apr_…"))
    .action(async (id: string) => {
      const withdrawn = await client().withdrawApproval({ id });
      print(json(), withdrawn, "You withdrew the request. Nothing was done.");
    });
  program
    .command("approve")
    .argument("<id>", "id of an approval, as listed by `muster approvals`")
    .option("--reason <text>", "reason for your vote, which the audit log records")
    .option("-y, --yes", "show and sign the plan without a question; required if a voter's key is used without a terminal", false)
    .description("approve another person's plan; the last required approval starts the plan")
    .addHelpText(
      "after",
      `${examples("muster plan <id>     show the plan", 'muster approve apr_… --reason "as announced"')}\n\nIf this machine has a voter's key (\`muster voter keygen\`), the command shows the complete plan and signs exactly that. With --json,\nthe plan is shown on standard error.`,
    )
    .action(async (id: string, { reason = "", yes }: { reason?: string; yes: boolean }) => {
      const daemon = client();
      const signature = await signatureFor(daemon, id, { json: json(), yes });
      const approval = await daemon.voteApproval({ id, answer: "approve", reason, ...(signature && { signature }) });
      const more = approval.state === "pending" ? "It needs more approvals." : standing(await daemon.getPlan({ id: approval.planId }));
      print(json(), approval, `You approved it. ${more}`);
    });
  program
    .command("deny")
    .argument("<id>", "id of an approval, as listed by `muster approvals`")
    .requiredOption("--reason <text>", "reason of your vote; the requester sees it")
    .description("deny a plan; one denial is enough to end the request")
    .addHelpText("after", examples('muster deny apr_… --reason "not during the day"'))
    .action(async (id: string, { reason }: { reason: string }) => {
      const approval = await client().voteApproval({ id, answer: "deny", reason });
      print(json(), approval, "You denied it. Nothing was done. It can be proposed again.");
    });
}

function executing(program: Command, { json, client }: Words): void {
  program
    .command("executions")
    .description("list finished, running and queued executions")
    .addHelpText("after", examples("muster executions", "muster executions --json | jq -r '.[0].status'"))
    .action(async () => {
      const executions = await client().listExecutions({});
      print(json(), executions, showExecutions(executions));
    });
  program
    .command("execution")
    .argument("<id>", "id of an execution, as listed by `muster executions`")
    .option("--follow", "show the result of each step until the whole execution has ended", false)
    .option("--cancel", "cancel the execution: stop its running steps and start no further steps", false)
    .option("--resume", "propose the remaining steps of an interrupted execution as a new plan", false)
    .option("--checked", "with --resume: you have checked the nodes, so steps that are not declared repeatable may run", false)
    .option("--done <steps>", "with --checked: ids of steps that were cut off and are done, separated by commas", "")
    .description("show one execution with the output of its steps, or follow, cancel or resume the execution")
    .addHelpText(
      "after",
      examples(
        "muster execution 5f0c1e0a-6a39-4b8a-9d1c-0d7b8f1f0a11 --follow",
        "muster execution 5f0c1e0a-6a39-4b8a-9d1c-0d7b8f1f0a11 --resume --follow",
        "muster execution 5f0c1e0a-6a39-4b8a-9d1c-0d7b8f1f0a11 --resume --checked --done 2,3",
      ),
    )
    .action(async (id: string, { follow, cancel, resume, checked, done }: ExecutionOptions) => {
      const daemon = client();
      if (cancel) return cancelled(daemon, id, json());
      if (resume) {
        const steps = done.split(",").filter((step) => step !== "");
        const proposed = await daemon.resumeExecution({ id, checked, done: steps });
        if (follow) process.exitCode = await followPlan(daemon, proposed.work.id, json());
        else print(json(), proposed, `${proposed.work.plan.summary}\n${standing(proposed)}`);
        return;
      }
      const execution = await daemon.getExecution({ id });
      if (follow) {
        process.exitCode = await followPlan(daemon, execution.planId, json());
        return;
      }
      const { work } = await daemon.getPlan({ id: execution.planId });
      print(json(), execution, showExecution(execution, work));
    });
}

async function cancelled(daemon: Client, id: string, json: boolean): Promise<void> {
  const { planId, status } = await daemon.cancelExecution({ id });
  if (status === "cancelled") return print(json, await daemon.getExecution({ id }), `${id} was cancelled before it began.`);
  // An execution counts as cancelled only after it has ended, so wait for its end.
  await followPlan(daemon, planId, json);
  const ended = await daemon.getExecution({ id });
  if (ended.status !== "cancelled") process.exitCode = 1;
}
