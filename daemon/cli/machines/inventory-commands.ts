/** Ansible's inventory: looking at it, checking it, groups and variables. */
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
  const inventory = program.command("inventory").description("Ansible's inventory, as Ansible reads it");
  inventory
    .command("show", { isDefault: true })
    .description("groups, hosts and variables")
    .action(async () => {
      const view = await client().inventory();
      print(json(), view, showInventory(view));
    });
  inventory
    .command("check")
    .description("what is wrong with it; exit code 0 only when nothing is")
    .action(async () => {
      const { file, problems } = await client().inventory();
      const lines = problems.map(
        ({ where, problem, hint }) => `${paint("red", "PROBLEM")} ${clean(where)} ${clean(problem)}\n        → ${clean(hint)}`,
      );
      print(
        json(),
        problems,
        [...lines, problems.length === 0 ? `Nothing is wrong with ${file}.` : `${problems.length} found in ${file}.`].join("\n"),
      );
      if (problems.length > 0) process.exitCode = 1;
    });
}

function groups(program: Command, { json, client }: Words): void {
  const group = program.command("group").description("groups of the inventory");
  group
    .command("add")
    .argument("<node>")
    .argument("<group>")
    .description("put a node into a group, which is made where there is none")
    .addHelpText("after", examples("muster group add rack1-n1 gpu"))
    .action(async (node: string, name: string) => {
      const answer = await client().joinGroup({ node, group: name });
      print(json(), answer, `${answer.message}.`);
    });
  group
    .command("remove")
    .argument("<node>")
    .argument("<group>")
    .description("take a node out of a group")
    .action(async (node: string, name: string) => {
      const answer = await client().leaveGroup({ node, group: name });
      print(json(), answer, `${answer.message}.`);
    });
}

function variables(program: Command, { json, client }: Words): void {
  const variable = program.command("var").description("variables of nodes and groups");
  const owned = (command: Command) =>
    command.option("--node <name>", "of this node").option("--group <name>", "of this group; all for everybody");
  owned(variable.command("set"))
    .argument("<key>")
    .argument("<value>")
    .addOption(new Option("--type <type>", "what the value is").choices(types).default("text"))
    .description("set a variable; a text stays what it is, also with {{ }} in it")
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
    .description("take a variable away")
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
    // Said below, in the words of whoever typed it.
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
