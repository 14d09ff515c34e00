/** Doing things to nodes: propose, see the plan, say yes or no to others' plans, follow what runs. */
import type { Command } from "commander";
import type { Proposal } from "../../contract/changes/plan.ts";
import type { Client } from "../../contract/client.ts";
import { CommandFailure } from "../failure.ts";
import { print } from "../print.ts";
import { examples, type Words } from "../words.ts";
import { followPlan, showApprovals, showExecution, showExecutions, showPlan, standing } from "./show-plans.ts";
import { signatureFor } from "./voting.ts";

interface Wanted {
  runbook?: string;
  on?: string[];
  reason?: string;
  dryRun: boolean;
  readOnly: boolean;
  follow: boolean;
}

export function governCommands(program: Command, words: Words): void {
  doing(program, words);
  approving(program, words);
  executing(program, words);
}

function doing(program: Command, { json, client }: Words): void {
  program
    .command("do")
    .argument("[tool]", "what to do: a tool of `muster tools`")
    .argument("[values...]", "its parameters, as name=value")
    .option("--runbook <name>", "the steps of a runbook in place of one tool")
    .option("--on <nodes...>", "on these nodes: names, group:NAME, all")
    .option("--reason <text>", "why; people who are asked see it, and the audit keeps it")
    .option("--dry-run", "say what would be done and what the policy says of it; do nothing", false)
    .option("--read-only", "refuse it if it would do more than look", false)
    .option("--follow", "show each step as it ends; where approval is needed, wait for it", false)
    .description("do something to nodes: at once, when people have said yes, or not at all, as the policy says")
    .addHelpText(
      "after",
      `${examples("muster do disk_usage --on all --follow", 'muster do service_restart unit=ssh.service --on group:prod --reason "it hangs"', "muster do service_restart unit=ssh.service --on rack1-n1 --dry-run", "muster do --runbook slow-node --on rack1-n1 --follow")}\n\nWithout --follow the exit code is 0 when it was begun or waits for approval, 1 when it was refused; with it 0 only when every step succeeded.`,
    )
    .action(async (tool: string | undefined, values: string[], { follow, dryRun, ...wanted }: Wanted) => {
      const daemon = client();
      const proposal = proposalFrom(tool, values, wanted);
      const proposed = await daemon.propose({ ...proposal, dryRun });
      if (follow && !dryRun) {
        process.exitCode = await followPlan(daemon, proposed.work.id, json());
        return;
      }
      print(json(), proposed, dryRun ? showPlan(proposed) : `${proposed.work.plan.summary}\n${standing(proposed)}`);
    });
  program
    .command("plan")
    .argument("<id>")
    .description("one plan: its steps, what the policy said of it, and where it stands")
    .action(async (id: string) => {
      const planned = await client().getPlan({ id });
      print(json(), planned, showPlan(planned));
    });
}

function proposalFrom(
  tool: string | undefined,
  values: string[],
  { runbook, on = [], reason = "", readOnly }: Omit<Wanted, "follow" | "dryRun">,
): Proposal {
  // Everything after --on is a node for the parser; what has an equals sign never is one.
  const words = [...(runbook === undefined || tool === undefined ? [] : [tool]), ...values, ...on.filter((word) => word.includes("="))];
  const targets = on.filter((word) => !word.includes("=")).flatMap((word) => word.split(",").filter((name) => name !== ""));
  const parameters = Object.fromEntries(words.map(parameter));
  const rest = { targets, reason, readOnly, tainted: false };
  if (runbook !== undefined) return { goal: { kind: "runbook", runbook, parameters }, ...rest };
  if (tool === undefined)
    throw new CommandFailure("USAGE", "it is not said what to do", "Name a tool of `muster tools`, or a runbook with --runbook.");
  if (tool.includes("="))
    throw new CommandFailure("USAGE", `${tool}: the tool comes before its parameters`, "Write: muster do <tool> name=value … --on <nodes>");
  return { goal: { kind: "tool", tool, parameters }, ...rest };
}

function parameter(word: string): [string, string] {
  const at = word.indexOf("=");
  if (at < 1) throw new CommandFailure("USAGE", `${word}: is not a parameter`, "Write each as name=value; nodes come after --on.");
  return [word.slice(0, at), word.slice(at + 1)];
}

function approving(program: Command, { json, client }: Words): void {
  const waiting = program
    .command("approvals")
    .option("--all", "also those that are decided, over or used", false)
    .description("plans that wait for somebody's yes or no")
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
    .argument("<id>", "of `muster approvals`")
    .description("take back what you asked for yourself, while it waits")
    .addHelpText("after", examples("muster approvals withdraw apr_…"))
    .action(async (id: string) => {
      const withdrawn = await client().withdrawApproval({ id });
      print(json(), withdrawn, "You took it back: nobody is asked any more, and nothing was done.");
    });
  program
    .command("approve")
    .argument("<id>", "of `muster approvals`")
    .option("--reason <text>", "why; the audit keeps it")
    .option("-y, --yes", "with a voter's key: show the plan, and sign without asking; needed where nobody can be asked", false)
    .description("say yes to somebody else's plan; with the last yes it needs, it runs")
    .addHelpText(
      "after",
      `${examples("muster plan <id>     what it would do", 'muster approve apr_… --reason "as announced"')}\n\nWhere this machine has a voter's key (\`muster voter keygen\`), the plan is shown uncut and what was shown is signed; with --json it is\nshown on standard error.`,
    )
    .action(async (id: string, { reason = "", yes }: { reason?: string; yes: boolean }) => {
      const daemon = client();
      const signature = await signatureFor(daemon, id, { json: json(), yes });
      const approval = await daemon.voteApproval({ id, answer: "approve", reason, ...(signature && { signature }) });
      const more =
        approval.state === "pending" ? "It needs more people to say yes." : standing(await daemon.getPlan({ id: approval.planId }));
      print(json(), approval, `You said yes. ${more}`);
    });
  program
    .command("deny")
    .argument("<id>", "of `muster approvals`")
    .requiredOption("--reason <text>", "why; whoever asked sees it")
    .description("say no to a plan; one no ends it")
    .action(async (id: string, { reason }: { reason: string }) => {
      const approval = await client().voteApproval({ id, answer: "deny", reason });
      print(json(), approval, "You said no: it is not done. It can be asked for again.");
    });
}

function executing(program: Command, { json, client }: Words): void {
  program
    .command("executions")
    .description("what has been done, is being done or waits for its turn")
    .action(async () => {
      const executions = await client().listExecutions({});
      print(json(), executions, showExecutions(executions));
    });
  program
    .command("execution")
    .argument("<id>")
    .option("--follow", "show each step as it ends, until all have", false)
    .option("--cancel", "begin no more of its steps and stop those at work", false)
    .description("one of them, step by step, with what each said")
    .action(async (id: string, { follow, cancel }: { follow: boolean; cancel: boolean }) => {
      const daemon = client();
      if (cancel) return cancelled(daemon, id, json());
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
  // Stopped is what has ended, not what has been told to.
  await followPlan(daemon, planId, json);
  const ended = await daemon.getExecution({ id });
  if (ended.status !== "cancelled") process.exitCode = 1;
}
