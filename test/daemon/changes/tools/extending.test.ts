/** The tool and the runbook in docs/extending.md are valid files. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Runbook } from "../../../../daemon/changes/plans/runbook.ts";
import { runbookFaults } from "../../../../daemon/changes/plans/runbook-faults.ts";
import { leastRisk, loadCatalogue } from "../../../../daemon/changes/tools/catalogue.ts";
import { commandOf } from "../../../../daemon/changes/tools/command.ts";
import { ToolForm } from "../../../../daemon/changes/tools/form.ts";
import { parseYaml } from "../../../../daemon/changes/tools/yaml-file.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/extending.md"), "utf8");

/** The indented block that begins with this line. */
function block(first: string): string {
  const lines = page.slice(page.indexOf(`    ${first}\n`)).split("\n");
  const end = lines.findIndex((line) => line !== "" && !line.startsWith("    "));
  return lines
    .slice(0, end)
    .map((line) => line.slice(4))
    .join("\n");
}

test("the tool of docs/extending.md is a read", () => {
  const read = parseYaml("docs/extending.md", block("name: cron_jobs"), ToolForm);
  assert.ok(read.ok, JSON.stringify(read));
  assert.equal(leastRisk(read.value), "read");
  assert.deepEqual(commandOf(read.value, { lines: "7" }, { node: "n1", address: "10.0.0.7" }), [
    "systemctl",
    "list-timers",
    "--no-pager",
    "--lines=7",
  ]);
});

test("the runbook of docs/extending.md uses existing tools", () => {
  const read = parseYaml("docs/extending.md", block("name: loud-node"), Runbook);
  assert.ok(read.ok, JSON.stringify(read));
  assert.deepEqual(runbookFaults(read.value, loadCatalogue()), []);
});

test("docs/extending.md names every key of a form", () => {
  for (const key of [
    "command",
    "command_template",
    "request",
    "playbook",
    "module",
    "environment",
    "secrets",
    "risk",
    "effects",
    "preview",
    "undo",
    "timeout_seconds",
    "expected_seconds",
    "cost_usd",
    "output_cap_bytes",
    "execution.phases",
  ])
    assert.ok(page.includes(`\`${key}`), key);
});
