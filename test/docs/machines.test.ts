/**
 * docs/machines.md lists the phases in the order of the code, and the commands with the texts of the code.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Command } from "commander";
import { runCommands } from "../../daemon/cli/jobs/run-commands.ts";
import { scheduleCommands } from "../../daemon/cli/jobs/schedule-commands.ts";
import { nodeCommands } from "../../daemon/cli/machines/node-commands.ts";
import { operatingCommands } from "../../daemon/cli/machines/operating-commands.ts";
import { powerCommands } from "../../daemon/cli/machines/power-commands.ts";
import { NodeState } from "../../daemon/contract/machines/node.ts";

const page = join(import.meta.dirname, "../../docs/machines.md");

function between(name: string): { text: string; from: number; to: number } {
  const text = readFileSync(page, "utf8");
  const begin = `<!-- ${name} -->\n`;
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(`<!-- /${name} -->`)];
  assert.ok(from >= begin.length && to >= from, `the page marks where the ${name} are`);
  return { text, from, to };
}

const inCode = Object.values(NodeState.options).map((option) => option.shape.phase.value);

test("every phase is in docs/machines.md, with what is true, what it boots and what to do, and no other", () => {
  const { text, from, to } = between("phases");
  const rows = text
    .slice(from, to)
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  assert.deepEqual(rows.map(([, phase]) => phase?.replaceAll("`", "")).sort(), [...inCode].sort());
  for (const [, phase, ...cells] of rows)
    assert.ok(
      cells.slice(0, 3).every((cell) => cell.length > 3),
      phase,
    );
});

test("the diagram knows no other phases, and every one of them", () => {
  const diagram = /```mermaid\n(.*?)```/s.exec(readFileSync(page, "utf8"))?.[1] ?? "";
  const named = [...diagram.matchAll(/^ {2}(\S+) --> (\S+):/gm)].flatMap(([, from = "", to = ""]) => [from, to]);
  const phases = new Set(named.filter((name) => name !== "[*]").map((name) => name.replaceAll("_", "-")));
  assert.deepEqual([...phases].sort(), [...inCode].sort());
});

test("the commands of docs/machines.md are the program's, in its own words", () => {
  const program = new Command();
  const words = { json: () => false, client: () => assert.fail("nothing is asked") };
  for (const add of [nodeCommands, powerCommands, operatingCommands, runCommands, scheduleCommands]) add(program, words);
  const visible = program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== "help");
  const rows = visible.map((command) => `| \`muster ${command.name()}\` | ${command.description()} |`);
  const wanted = `${["| command | what it does |", "|---|---|", ...rows].join("\n")}\n`;
  const { text, from, to } = between("commands");
  if (process.env.MUSTER_WRITE_DOCS) writeFileSync(page, text.slice(0, from) + wanted + text.slice(to));
  else assert.equal(text.slice(from, to), wanted, "run this test with MUSTER_WRITE_DOCS=1");
});
