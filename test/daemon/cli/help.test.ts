/** The help of every command, as the program builds it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "commander";
import { buildProgram } from "../../../daemon/cli/program.ts";

const program = buildProgram({ version: "0.0.0" } as Parameters<typeof buildProgram>[0]);

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
}

const withChildren = (command: Command): Command[] => [command, ...command.commands.flatMap(withChildren)];
const pathOf = (command: Command): string => (command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name());
const all = withChildren(program).map((command) => ({ path: pathOf(command), command, help: helpOf(command) }));

test("commands are grouped by area, in the order of a first day", () => {
  const groups = [...helpOf(program).matchAll(/^([A-Z][a-z ]+):$/gm)].map(([, title]) => title);
  assert.deepEqual(groups, [
    "Options",
    "Start",
    "Machines",
    "Network boot",
    "Jobs",
    "Cluster",
    "Changes",
    "Audit",
    "Administration",
    "Examples",
  ]);
});

test("every visible command belongs to a group of the program", () => {
  for (const command of program.commands) assert.match(command.helpGroup(), /^[A-Z][a-z ]+:$/, command.name());
});

test("earlier names of commands are hidden, and their successors are visible", () => {
  const shown = helpOf(program);
  for (const name of ["keys", "keygen", "wake"]) {
    assert.ok(
      program.commands.some((command) => command.name() === name),
      name,
    );
    assert.doesNotMatch(shown, new RegExp(`^  ${name}\\b`, "m"));
  }
  for (const name of ["key", "power"]) assert.match(shown, new RegExp(`^  ${name}\\b`, "m"));
});

for (const { path, command, help } of all) {
  test(`${path}: the help shows no default of a switch or an empty list`, () => {
    assert.doesNotMatch(help, /\(default: (false|true|\[\])\)/);
  });

  test(`${path}: the description is one line that begins with a verb`, () => {
    assert.ok(command.description().length > 0);
    assert.doesNotMatch(command.description(), /\n/);
    assert.doesNotMatch(command.description(), /^(the|a|an|what|who|how|all|one|every|everything)\b/i);
  });

  if (command.commands.length === 0 && command.name() !== "lab")
    test(`${path}: the help has examples`, () => assert.match(help, /\nExamples:\n {2}muster /));
}

test("a duration is shown with its unit", () => {
  const create = all.find(({ path }) => path === "muster token create");
  assert.match(create?.help.replaceAll(/\s+/g, " ") ?? "", /--ttl <time> lifetime of the token, .*\(default: 1h\)/);
});
