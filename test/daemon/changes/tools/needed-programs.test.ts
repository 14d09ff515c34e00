/** The programs of the tools are declared once, in the forms. The role `common`, the control node and doctor have all of them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { ourTools, readTools } from "../../../../daemon/changes/tools/catalogue.ts";
import { ToolForm } from "../../../../daemon/changes/tools/form.ts";
import { programsOn } from "../../../../daemon/changes/tools/needed-programs.ts";
import { Config } from "../../../../daemon/config/config.ts";
import { toolProgramChecks } from "../../../../daemon/local/doctor-programs.ts";

const root = join(import.meta.dirname, "../../../..");
const forms = readTools([ourTools]).tools.map(({ form }) => form);

/** Programs of packages that every Debian has, or that Muster's installers put on every node with systemd. */
const everywhere = new Set(["apt-get", "cat", "df", "dpkg", "dpkg-query", "du", "journalctl", "lsblk", "systemctl", "timedatectl"]);
/** The executor answers the query with a program of its own. */
const replaced = new Set(["sqlite3"]);

test("every form declares the program of its command, unless every Debian has it", () => {
  const silent = forms.flatMap(({ name, action, programs }) => {
    const [program = ""] = action.kind === "command" ? action.words : [];
    const known = program === "" || everywhere.has(program) || replaced.has(program) || programs.some((each) => each.name === program);
    return known ? [] : [`${name}: ${program}`];
  });
  assert.deepEqual(silent, []);
});

test("a program is on the machine where the method runs it, unless the form says otherwise", () => {
  const on = (name: string) => forms.find((form) => form.name === name)?.programs.map((program) => program.on);
  assert.deepEqual(["smart", "firewall_rules", "ping", "sql_postgresql"].map(on), [["node"], ["node"], ["control"], ["control"]]);
  const reversed = {
    name: "xray",
    description: "x",
    execution: { method: "ansible", requires_target: true },
    playbook: { name: "x.yaml" },
  };
  const form = ToolForm.parse({ ...reversed, programs: [{ name: "rsync", package: "rsync", on: "control" }] });
  assert.deepEqual(form.programs, [{ name: "rsync", package: "rsync", on: "control" }]);
});

test("the role common installs the package of every program that a tool needs on nodes", () => {
  const { common_packages: installed } = parse(readFileSync(join(root, "ansible/roles/common/defaults/main.yaml"), "utf8"));
  const needed = programsOn("node", forms);
  assert.ok(needed.some(({ name }) => name === "smartctl") && needed.some(({ name }) => name === "nft"));
  assert.deepEqual(
    needed.filter((need) => !installed.includes(need.package)).map(({ name }) => name),
    [],
  );
});

test("./scripts/prepare run installs the package of every program that a tool without a secret needs on the control node", () => {
  const list = readFileSync(join(root, "scripts/install-packages"), "utf8");
  const needed = programsOn("control", forms).filter(({ secrets }) => secrets.length === 0);
  assert.deepEqual(needed.map(({ name }) => name).sort(), ["ping", "traceroute"]);
  for (const { package: name } of needed) assert.match(list, new RegExp(`^${name} +run\\b`, "m"));
});

test("doctor shows every program", () => {
  const checks = toolProgramChecks(Config.parse({}), { executor: "/nonexistent" });
  const named = checks.map(({ name, detail }) => `${name} ${detail}`).join("\n");
  const all = [...programsOn("node", forms), ...programsOn("control", forms).filter(({ secrets }) => secrets.length === 0)];
  for (const { name } of all) assert.match(named, new RegExp(`(^|[ ,])${name}\\b`, "m"));
});

test("a program that several tools share is named once, and counts as in use if one tool needs no secret", () => {
  const program = { name: "psql", package: "postgresql-client", on: "control" as const };
  const [one = [], two = []] = [[{ name: "password" }], []];
  const tools = (secrets: { name: string }[]) => ({ name: secrets.length > 0 ? "closed" : "open", programs: [program], secrets });
  assert.deepEqual(programsOn("control", [tools(one), tools(two)]), [
    { name: "psql", package: "postgresql-client", tools: ["closed", "open"], secrets: [] },
  ]);
  assert.deepEqual(programsOn("control", [tools(one)])[0]?.secrets, ["password"]);
  assert.deepEqual(programsOn("node", [tools(one)]), []);
});

for (const [what, programs] of [
  ["a path", [{ name: "/usr/bin/x", package: "x" }]],
  ["a package with a space", [{ name: "x", package: "x y" }]],
  ["an option", [{ name: "-x", package: "x" }]],
  ["another machine", [{ name: "x", package: "x", on: "gateway" }]],
  ["no package", [{ name: "x" }]],
  ["very many programs", Array.from({ length: 11 }, (_, index) => ({ name: `x${index}`, package: "x" }))],
] as const)
  test(`a form with ${what} in programs is refused`, () => {
    const form = { name: "xray", description: "x", execution: { method: "local" }, command: ["uptime"] };
    assert.equal(ToolForm.safeParse(form).success, true);
    assert.equal(ToolForm.safeParse({ ...form, programs }).success, false);
  });
