/** Defines `muster inventory`, `group` and `var`, which show and check Ansible's inventory and change groups and variables. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { InventoryView } from "../../contract/machines/inventory.ts";
import { clean, paint, print } from "../print.ts";
import { examples, type Words } from "../words.ts";

interface Owner {
  node?: string;
  group?: string;
}

const types = ["text", "number", "boolean", "json"] as const;
type Type = (typeof types)[number];

export function inventoryCommands(program: Command, words: Words): void {
  looking(program, words);
  groups(program, words);
  variables(program, words);
}

function looking(program: Command, { json, client }: Words): void {
  const inventory = program.command("inventory").description("show or check the inventory that Ansible reads");
  inventory
    .command("show", { isDefault: true })
    .description("show the groups, hosts and variables of the inventory")
    .addHelpText("after", examples("muster inventory", "muster inventory --json"))
    .action(async () => {
      const view = await client().inventory();
      print(json(), view, showInventory(view));
    });
  inventory
    .command("check")
    .description("report problems of the inventory; the exit code is 0 only if there are no problems")
    .addHelpText("after", examples("muster inventory check"))
    .action(async () => {
      const { file, problems } = await client().inventory();
      const lines = problems.map(
        ({ where, problem, hint }) => `${paint("red", "PROBLEM")} ${clean(where)} ${clean(problem)}\n        → ${clean(hint)}`,
      );
      print(
        json(),
        problems,
        [...lines, problems.length === 0 ? `${file} has no problems.` : `${problems.length} found in ${file}.`].join("\n"),
      );
      if (problems.length > 0) process.exitCode = 1;
    });
}

function groups(program: Command, { json, client }: Words): void {
  const group = program.command("group").description("add nodes to groups of the inventory, or remove nodes from groups");
  group
    .command("add")
    .argument("<node>")
    .argument("<group>")
    .description("add a node to a group; the group is created if it does not exist")
    .addHelpText("after", examples("muster group add rack1-n1 gpu"))
    .action(async (node: string, name: string) => {
      const answer = await client().joinGroup({ node, group: name });
      print(json(), answer, `${answer.message}.`);
    });
  group
    .command("remove")
    .argument("<node>")
    .argument("<group>")
    .description("remove a node from a group")
    .addHelpText("after", examples("muster group remove rack1-n1 gpu"))
    .action(async (node: string, name: string) => {
      const answer = await client().leaveGroup({ node, group: name });
      print(json(), answer, `${answer.message}.`);
    });
}

function variables(program: Command, { json, client }: Words): void {
  const variable = program.command("var").description("set and remove variables of nodes and groups");
  const owned = (command: Command) =>
    command
      .option("--node <name>", "node that owns the variable")
      .option("--group <name>", "group that owns the variable; the group `all` contains every node");
  owned(variable.command("set"))
    .argument("<key>")
    .argument("<value>")
    .addOption(new Option("--type <type>", "type of the value").choices(types).default("text"))
    .description("set a variable; a text is stored unchanged, including {{ }}")
    .addHelpText(
      "after",
      examples(
        "muster var set --node rack1-n1 rack 4 --type number",
        "muster var set --group gpu muster_roles '[\"metrics\"]' --type json",
        "muster var set --group all site cellar",
      ),
    )
    .action(async (key: string, text: string, { type, ...owner }: Owner & { type: Type }) => {
      const answer = await client().setVariable({ ...owner, key, value: typed(text, type) });
      print(json(), answer, `${answer.message}.`);
    });
  owned(variable.command("unset"))
    .argument("<key>")
    .description("remove a variable")
    .addHelpText("after", examples("muster var unset --node rack1-n1 rack"))
    .action(async (key: string, owner: Owner) => {
      const answer = await client().unsetVariable({ ...owner, key });
      print(json(), answer, `${answer.message}.`);
    });
}

function typed(text: string, type: Type) {
  if (type === "text") return text;
  try {
    const value = JSON.parse(text);
    if (type === "json" || typeof value === type) return value;
  } catch {
    // The error message below contains the value as the user typed it.
  }
  throw new InvalidArgumentError(`value: ${text} is not ${type === "json" ? "JSON" : `a ${type}`}.`);
}

function showInventory({ groups: all, hosts }: InventoryView): string {
  const lines = all.flatMap(({ name, hosts: members, children, vars }) => [
    paint("bold", clean(name)),
    ...Object.entries(vars).map(([key, value]) => `  ${clean(key)}: ${clean(JSON.stringify(value))}`),
    ...children.map((child) => `  group ${clean(child)}`),
    ...members.map((host) =>
      `  ${clean(host)}  ${clean(
        Object.entries(hosts[host] ?? {})
          .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
          .join(" "),
      )}`.trimEnd(),
    ),
  ]);
  return lines.length > 0 ? lines.join("\n") : "The inventory is empty.";
}
