/**
 * Defines `muster policy`, which tests, explains and lists the rules that decide plans. The commands of `muster policy`
 * read the rules from files on this machine.
 */
import { type Command, Option } from "commander";
import { Role } from "../../contract/admin/key.ts";
import type { Decision, PlannedWork } from "../../contract/changes/plan.ts";
import { CommandFailure } from "../failure.ts";
import type { CaseLine, LocalCommands, PolicyExplanation, PolicyPlace, Proposer, RuleLine } from "../local-commands.ts";
import { clean, paint, print, table } from "../print.ts";
import { CONFIG_FILE_IF_ANY, examples, type Words } from "../words.ts";

interface Explained extends PolicyPlace {
  role: Role;
  name: string;
  onBehalfOf?: string;
}

export function policyCommands(program: Command, { json, client }: Words, local: LocalCommands): void {
  const policy = program.command("policy").description("test, explain and list the policy rules that decide about plans");

  ruled(policy.command("test").argument("[file]"))
    .description("evaluate a table of test cases and compare each decision with the expected decision")
    .addHelpText(
      "after",
      `\nWithout a file, the command tests Muster's own rules with Muster's own table, and checks the syntax of the site's rules.
With a file in the same form (YAML, see docs/security.md), it tests all rules. The exit code is 0 only when every case is decided
as expected.\n${examples("muster policy test", "muster policy test cases.yaml --rules ./policy")}`,
    )
    .action(async (file: string | undefined, options: PolicyPlace) => {
      const cases = await local.testPolicy(file, options);
      print(json(), cases, casesText(cases));
      if (cases.some(({ ok }) => !ok))
        throw new CommandFailure(
          "STEP_FAILED",
          "the policy does not decide as the table expects",
          "Correct the rule, or the expectation of the case.",
        );
    });

  ruled(policy.command("explain").argument("<plan>", "id of a plan in the daemon, or a JSON file that contains a plan"))
    .description("show which policy rules decide about a plan; a plan in a file is checked against the local rules")
    .addOption(new Option("--role <role>", "role of the proposer").choices(Role.options).default("operator"))
    .option("--name <name>", "name of the person or agent that proposes the plan", "anyone")
    .option("--on-behalf-of <name>", "person on whose behalf the agent acts, if the proposer is an agent")
    .addHelpText(
      "after",
      examples(
        "muster policy explain 5f0c1e0a-6a39-4b8a-9d1c-0d7b8f1f0a11",
        "muster policy explain plan.json --role agent --on-behalf-of alice",
      ),
    )
    .action(async (file: string, { role, name, onBehalfOf, ...place }: Explained) => {
      if (planId.test(file)) {
        const { work } = await client().getPlan({ id: file });
        print(json(), recordOf(work), recordText(work));
        return;
      }
      const explanation = await local.explainPolicy(
        file,
        { keyId: "", role, name, ...(onBehalfOf !== undefined && { onBehalfOf }) },
        place,
      );
      print(json(), explanation, explanationText(explanation));
    });

  ruled(policy.command("rules"))
    .description("list every rule with its file: Muster's own rules first, then the rules of your site")
    .addHelpText("after", examples("muster policy rules", "muster policy rules --json"))
    .action(async (options: PolicyPlace) => {
      const rules = await local.policyRules(options);
      print(json(), rules, rulesText(rules));
    });
}

const planId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const ruled = (command: Command): Command =>
  command
    .option("--config <file>", CONFIG_FILE_IF_ANY)
    .option(
      "--rules <folder>",
      "folder of .cedar files in addition to those of the configuration; repeat for more",
      (folder, all: string[]) => [...all, folder],
      [],
    );

function casesText(cases: readonly CaseLine[]): string {
  const wrong = cases.filter(({ ok }) => !ok);
  const lines = wrong.flatMap(({ case: name, expected, decided, reasons }) => [
    `${paint("red", "✗")} ${name}`,
    `    expected ${expected}`,
    `    decided  ${decided}`,
    ...reasons.map((reason) => `             ${reason}`),
  ]);
  return [...lines, `${cases.length - wrong.length} of ${cases.length} cases are decided as expected.`].join("\n");
}

function explanationText({ who, inputs, steps, decision }: PolicyExplanation): string {
  const rows = table(
    [...["STEP", "TOOL", "NODE", "RISK", "SCOPE", "ANSWER"].map((title) => ({ title })), { title: "RULES", least: 20 }],
    steps.map(({ id, tool, target, risk, scope, answer, rules }) => [id, tool, target ?? "-", risk, scope, answer, rules.join(", ")]),
  );
  return decisionText(who, inputs, rows, decision);
}

const recordOf = ({ plan, requestedBy, requesterRole, onBehalfOf, decision }: PlannedWork) => ({
  who: { name: requestedBy, role: requesterRole, ...(onBehalfOf !== undefined && { onBehalfOf }) },
  inputs: { readOnly: plan.readOnly, tainted: plan.tainted, nodes: plan.targets.length },
  decision,
});

function recordText(work: PlannedWork): string {
  const { who, inputs, decision } = recordOf(work);
  return decisionText(who, inputs, decision.reasons.map((reason) => `  ${clean(reason)}`).join("\n"), decision);
}

function decisionText(who: Omit<Proposer, "keyId">, inputs: PolicyExplanation["inputs"], body: string, decision: Decision): string {
  const people = decision.quorum.map(({ role, count }) => `${count} × ${role}`).join(" and ");
  return [
    `requester  ${clean(who.name)} (${who.role})${who.onBehalfOf === undefined ? "" : ` for ${clean(who.onBehalfOf)}`}`,
    `inputs     ${Object.entries(inputs)
      .map(([name, value]) => `${name}=${value}`)
      .join(", ")}`,
    body,
    `decision   ${decision.answer} by ${decision.rule}${people ? `: needs ${people}` : ""}`,
    `policy     ${decision.policyVersion}`,
  ].join("\n");
}

const rulesText = (rules: readonly RuleLine[]): string =>
  table(
    [{ title: "RULE" }, { title: "EFFECT" }, { title: "QUORUM" }, { title: "FILE", least: 20 }],
    rules.map(({ id, effect, quorum, file }) => [id, effect, quorum || "-", file]),
  );
