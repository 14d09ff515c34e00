import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { leastRisk, loadCatalogue, ourTools, readTools, sampleOf } from "../../../../daemon/changes/tools/catalogue.ts";
import { callOf, commandOf } from "../../../../daemon/changes/tools/command.ts";
import { faultText } from "../../../../daemon/changes/tools/yaml-file.ts";
import { ownActs } from "../../../../daemon/processes/control/own-acts.ts";
import { actPorts } from "../../../support/machines/act-ports.ts";
import { openWorld } from "../../../support/world.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-tools-"));
after(() => rmSync(folder, { recursive: true }));

function faultsOf(text: string, name = "mine"): string[] {
  const place = mkdtempSync(join(folder, "site-"));
  writeFileSync(join(place, `${name}.yaml`), text);
  return readTools([ourTools, place]).faults.map((fault) => faultText({ ...fault, file: basename(fault.file) }));
}

const at = { node: "n1", address: "10.0.0.7" };

for (const { file, form } of readTools([ourTools]).tools)
  test(`${basename(file)} can be read, tried and shown`, () => {
    const call = callOf(form, sampleOf(form), form.requiresTarget ? at : undefined);
    assert.ok(!JSON.stringify(call).match(/\{[a-z][a-z0-9_]*\}/), "every placeholder is filled");
    assert.equal(call.kind, form.action.kind);
  });

test("all of Muster's tools can be read, and reads count as reads", () => {
  assert.deepEqual(readTools([ourTools]).faults, []);
  const catalogue = loadCatalogue([ourTools]);
  const looks = (name: string) => leastRisk(catalogue.get(name));
  for (const name of [
    "ping",
    "disk_usage",
    "memory",
    "load",
    "services",
    "journal",
    "ports",
    "smart",
    "package_state",
    "file_fetch",
    "http_probe",
    "sql_postgresql",
    "sql_sqlite",
    "windows_services",
    "traceroute",
  ])
    assert.equal(looks(name), "read", name);
  for (const name of ["reboot", "service_restart", "playbook_run", "wake"]) assert.equal(looks(name), "write", name);
  assert.equal(looks("arm"), "delete");
});

test("forms are found in subfolders, but not in hidden ones", () => {
  const place = mkdtempSync(join(folder, "nested-"));
  const form = (name: string) => `name: ${name}\ndescription: Looks\nexecution: { method: local }\ncommand: [ls]\n`;
  mkdirSync(join(place, "disks/old"), { recursive: true });
  mkdirSync(join(place, ".git"));
  writeFileSync(join(place, "top.yaml"), form("top"));
  writeFileSync(join(place, "disks/old/deep.yaml"), form("deep"));
  writeFileSync(join(place, ".git/hidden.yaml"), form("hidden"));
  writeFileSync(join(place, "disks/.draft.yaml"), form("draft"));
  const { tools, faults } = readTools([place]);
  assert.deepEqual(faults, []);
  assert.deepEqual(
    tools.map(({ file }) => file),
    [join(place, "disks/old/deep.yaml"), join(place, "top.yaml")],
  );
});

test("a site's form cannot perform one of Muster's own acts under another name", () => {
  assert.deepEqual(faultsOf("name: mine\ndescription: Mine.\nexecution: { method: act, requires_target: true }\n"), [
    "mine.yaml:3: execution.method: act is for Muster's own tools; use one of those, in a runbook too",
  ]);
});

for (const request of ['verb: GET, url: "muster:/api/nodes/{node}"', 'verb: POST, url: "muster:/api/nodes/{node}/wake"'])
  test(`a form of an earlier version that calls Muster's API is refused, and the error names the replacement: ${request}`, () => {
    const faults = faultsOf(
      `name: mine\ndescription: Mine.\nexecution: { method: http, requires_target: true }\nrequest: { ${request} }\n`,
    );
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? "", /^mine.yaml:.*a form cannot call Muster's own API; use a tool whose method is act, such as wake/);
  });

test("the forms with the method act are exactly the acts that control performs", () => {
  const forms = loadCatalogue([ourTools])
    .list()
    .filter(({ method }) => method === "act");
  assert.deepEqual(forms.map(({ name }) => name).sort(), Object.keys(ownActs(actPorts(openWorld()).ports)).sort());
});

const documented = `name: ping_host
description: Test network connectivity to a host
execution:
  location: automation-service
  method: local-command
  requires_target: true
  target_type: host
parameters:
  - name: target
    description: Target host
    required: true
command_template: "ping -c 4 {target}"
`;

test("the documented form of ping is a valid tool", () => {
  const place = mkdtempSync(join(folder, "site-"));
  writeFileSync(join(place, "ping_host.yaml"), documented);
  const form = loadCatalogue([ourTools, place]).get("ping_host");
  assert.equal(form.method, "local");
  assert.deepEqual(commandOf(form, {}, at), ["ping", "-c", "4", "10.0.0.7"]);
});

for (const [what, text, fault] of [
  ["an unknown key", documented.replace("description: Test", "descriptoin: Test"), /^ping_host.yaml:2: descriptoin: there is no such key/],
  ["a wrong method", documented.replace("local-command", "telnet"), /^ping_host.yaml:5: execution.method: /],
  [
    "a shell's line",
    documented.replace("{target}", "{target} | tee log"),
    /^ping_host.yaml:12: command_template: looks like a shell command/,
  ],
  ["an unknown placeholder", documented.replace("4 {target}", "{count} {target}"), /\{count\} is not a parameter/],
  ["a program that a parameter chooses", documented.replace("ping -c", "{target} -c"), /is not a program's name/],
  ["no command", documented.replace(/command_template.*\n/, ""), /^ping_host.yaml:1: the file: needs one of command/],
  ["YAML that is none", `${documented}  ]`, /^ping_host.yaml:13: /],
  ["the same key twice", `${documented}name: ping\n`, /^ping_host.yaml:13: .*unique/],
  ["a lower risk than it can have", documented.replace("name: ping_host", "name: ping_host\nrisk: none"), /^ping_host.yaml:2: risk: /],
  ["undoing by a tool that is not there", `${documented}undo: {tool: unping}\n`, /there is no tool unping/],
  [
    "a secret that a parameter sends somewhere",
    documented
      .replace("name: target", "name: server\n    type: host")
      .replace("{target}", "{server}")
      .concat("secrets: [{name: password, environment: PGPASSWORD}]\n"),
    /^ping_host.yaml:14: secrets: go only where the form says/,
  ],
  [
    "the password of a database for another method",
    `${documented}secrets: [{name: password, environment: PGPASSWORD}]\n`,
    /^ping_host.yaml:13: secrets: give PGPASSWORD only to the method database/,
  ],
  [
    "a variable that makes another program of it",
    `${documented}environment: {LD_PRELOAD: /tmp/x.so}\n`,
    /^ping_host.yaml:13: environment.LD_PRELOAD: /,
  ],
] as const)
  test(`a form with ${what} is refused with its file and line`, () => {
    const faults = faultsOf(text, "ping_host");
    assert.ok(
      faults.some((line) => fault.test(line)),
      faults.join("\n"),
    );
  });

test("a tool whose name is taken is refused, and the error names both files", () => {
  assert.match(
    faultsOf(documented.replace("ping_host", "ping"), "ping").join(),
    /^ping.yaml:1: name: ping is already in .*forms\/network\/ping.yaml/,
  );
});

test("a file whose name differs from its tool is refused", () => {
  assert.match(faultsOf(documented, "other").join(), /the file of ping_host must be called ping_host.yaml/);
});
