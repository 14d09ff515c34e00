/** The rules by which plans are decided: tried, explained, listed. They are files of this machine; the daemon is asked only what it decided. */
import { type Command, Option } from "commander";
import { Role } from "../../contract/admin/key.ts";
import type { Decision, PlannedWork } from "../../contract/changes/plan.ts";
import { CommandFailure } from "../failure.ts";
import type { CaseLine, LocalCommands, PolicyExplanation, PolicyPlace, Proposer, RuleLine } from "../local-commands.ts";
import { clean, paint, print, table } from "../print.ts";
import { examples, type Words } from "../words.ts";

interface Explained extends PolicyPlace {
  role: Role;
  name: string;
  onBehalfOf?: string;
}

export function policyCommands(program: Command, { json, client }: Words, local: LocalCommands): void {
  const policy = program.command("policy").description("the rules by which plans are decided: try, explain and list them");

  ruled(policy.command("test").argument("[file]"))
    .description("ask the rules a table of cases and compare the answers")
    .addHelpText(
      "after",
      `\nWithout a file it is the table that comes with Muster, asked of Muster's own rules; the site's are read and checked. A file of
your own in the same form (YAML, see docs/security.md) is asked of all rules. Exit code 0 only when every case is answered as it says.${examples(
        "muster policy test",
        "muster policy test cases.yaml --rules ./policy",
      )}`,
    )
    .action(async (file: string | undefined, options: PolicyPlace) => {
      const cases = await local.testPolicy(file, options);
      print(json(), cases, casesText(cases));
      if (cases.some(({ ok }) => !ok))
        throw new CommandFailure(
          "STEP_FAILED",
          "the policy does not answer as the table says",
          "Correct the rule, or the case that expects too much.",
        );
    });

  ruled(policy.command("explain").argument("<plan>"))
    .description(
      "say which rules decide a plan: of a plan's id what the daemon decided, of a file with a plan (JSON) every step by the rules here",
    )
    .addOption(new Option("--role <role>", "whose proposal it is").choices(Role.options).default("operator"))
    .option("--name <name>", "the person's name", "somebody")
    .option("--on-behalf-of <name>", "for whom an agent acts")
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
    .description("every rule with its file: Muster's own, then the site's")
    .addHelpText("after", examples("muster policy rules", "muster policy rules --json"))
    .action(async (options: PolicyPlace) => {
      const rules = await local.policyRules(options);
      print(json(), rules, rulesText(rules));
    });
}

const planId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const ruled = (command: Command): Command =>
  command
    .option("--config <file>", "configuration (MUSTER_CONFIG, else /etc/muster/muster.yaml, else ./muster.yaml; else none)")
    .option(
      "--rules <folder>",
      "a folder of .cedar files beside those of the configuration; again for another one",
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
  return [...lines, `${cases.length - wrong.length} of ${cases.length} cases are answered as they should.`].join("\n");
}

function explanationText({ who, inputs, steps, decision }: PolicyExplanation): string {
  const rows = table(
    [...["STEP", "TOOL", "NODE", "RISK", "SCOPE", "ANSWER"].map((title) => ({ title })), { title: "RULES", least: 20 }],
    steps.map(({ id, tool, target, risk, scope, answer, rules }) => [id, tool, target ?? "-", risk, scope, answer, rules.join(", ")]),
  );
  return told(who, inputs, rows, decision);
}

const recordOf = ({ plan, requestedBy, requesterRole, onBehalfOf, decision }: PlannedWork) => ({
  who: { name: requestedBy, role: requesterRole, ...(onBehalfOf !== undefined && { onBehalfOf }) },
  inputs: { readOnly: plan.readOnly, tainted: plan.tainted, nodes: plan.targets.length },
  decision,
});

function recordText(work: PlannedWork): string {
  const { who, inputs, decision } = recordOf(work);
  return told(who, inputs, decision.reasons.map((reason) => `  ${clean(reason)}`).join("\n"), decision);
}

function told(who: Omit<Proposer, "keyId">, inputs: PolicyExplanation["inputs"], body: string, decision: Decision): string {
  const people = decision.quorum.map(({ role, count }) => `${count} × ${role}`).join(" and ");
  return [
    `asked by   ${clean(who.name)} (${who.role})${who.onBehalfOf === undefined ? "" : ` for ${clean(who.onBehalfOf)}`}`,
    `inputs     ${Object.entries(inputs)
      .map(([name, value]) => `${name}=${value}`)
      .join(", ")}`,
    body,
    `answer     ${decision.answer} by ${decision.rule}${people ? `: ${people} must say yes` : ""}`,
    `policy     ${decision.policyVersion}`,
  ].join("\n");
}

const rulesText = (rules: readonly RuleLine[]): string =>
  table(
    [{ title: "RULE" }, { title: "EFFECT" }, { title: "QUORUM" }, { title: "FILE", least: 20 }],
    rules.map(({ id, effect, quorum, file }) => [id, effect, quorum || "-", file]),
  );
