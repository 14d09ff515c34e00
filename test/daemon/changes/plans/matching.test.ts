/** Runbooks are matched with an incident by symptom, event, intent and resource. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { knownWords, runbookFor, searchRunbooks } from "../../../../daemon/changes/plans/find-runbooks.ts";
import { matching } from "../../../../daemon/changes/plans/matching.ts";
import { loadRunbooks, ourRunbooks, type Runbooks, readRunbooks } from "../../../../daemon/changes/plans/runbook.ts";
import { type Incident, IncidentClass, type IncidentWords, noRunbookFor } from "../../../../daemon/contract/changes/incident.ts";
import { Proposal } from "../../../../daemon/contract/changes/plan.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { plan, world } from "./fleet.ts";

const names = (incident: Incident, runbooks: Runbooks = world.runbooks) => matching(runbooks, incident).map(({ name }) => name);

/** Writes one runbook of a site with these lines under `triggers`, and returns its folder. */
function siteFolder(t: TestContext, triggers: string, name = "site-runbook"): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-site-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const steps = "steps: [{id: look, tool: load}]\nsuccess: [{step: look, means: it is calm}]\n";
  writeFileSync(join(folder, `${name}.yaml`), `name: ${name}\ndescription: A runbook of the site.\ntriggers:\n${triggers}\n${steps}`);
  return folder;
}
const withSite = (t: TestContext, triggers: string, name?: string): Runbooks =>
  loadRunbooks([ourRunbooks, siteFolder(t, triggers, name)], world.catalogue);

test("each of the twelve classes of incidents has a runbook that can be planned", () => {
  assert.equal(IncidentClass.options.length, 12);
  for (const symptom of IncidentClass.options) {
    const { name, parameters } = runbookFor(world.runbooks, { symptom });
    const given = Object.fromEntries(
      parameters.flatMap(({ name: key, required, example }) => (required && example !== undefined ? [[key, example]] : [])),
    );
    const made = plan({ goal: { kind: "incident", symptom, parameters: given }, targets: ["n1"] });
    assert.ok(made.steps.length > 0, symptom);
    assert.deepEqual(made.goal.kind === "runbook" && made.goal.runbook, name);
  }
});

test("scaling_failure finds missing-capacity, for a node and for the fleet", () => {
  for (const resource_type of ["node", "fleet", undefined])
    assert.equal(names({ symptoms: ["scaling_failure"], intent_type: "investigate", resource_type })[0], "missing-capacity");
});

test("a field that differs excludes a runbook, and a field that is left open does not", () => {
  assert.deepEqual(names({ symptoms: ["hung"] }), ["needs-restart"]);
  assert.ok(!names({ symptoms: ["hung"], intent_type: "investigate" }).includes("needs-restart"));
  assert.deepEqual(names({ symptoms: ["hung"], intent_type: "remediate", resource_type: "node" }), ["needs-restart"]);
  assert.deepEqual(names({}), []);
});

test("a runbook for the symptom comes before a runbook for the intent and the resource alone", () => {
  assert.deepEqual(names({ symptoms: ["out-of-memory"], intent_type: "investigate", resource_type: "node" }), [
    "memory-pressure",
    "slow-node",
  ]);
  assert.deepEqual(names({ symptoms: ["unknown"], intent_type: "investigate", resource_type: "node" }), ["slow-node"]);
});

test("the intent decides between looking at a full memory and restarting the killed service", () => {
  const first = (incident: IncidentWords) => runbookFor(world.runbooks, incident).name;
  assert.equal(first({ symptom: "out-of-memory" }), "memory-pressure");
  assert.equal(first({ symptom: "out-of-memory", intent_type: "investigate" }), "memory-pressure");
  assert.equal(first({ symptom: "out-of-memory", intent_type: "remediate" }), "killed-service");
  const remedy = { kind: "incident" as const, symptom: "out-of-memory", intent_type: "remediate", parameters: { unit: "nginx.service" } };
  const made = plan({ goal: remedy, targets: ["n1"] });
  assert.deepEqual(
    made.steps.filter(({ risk }) => risk !== "read").map(({ tool }) => tool),
    ["service_restart"],
  );
});

test("of several symptoms, the first one counts most", () => {
  assert.deepEqual(names({ symptoms: ["full-disk", "unreachable"] }), ["full-disk", "unreachable-node"]);
  assert.deepEqual(names({ symptoms: ["unreachable", "full-disk"] }), ["unreachable-node", "full-disk"]);
});

test("the type of an event finds a runbook", () => {
  assert.deepEqual(names({ events: ["install.failed"] }), ["unreachable-node"]);
  assert.deepEqual(names({ events: ["node.configure-failed"], symptoms: ["no-such"] }), ["package-trouble"]);
});

for (const [what, triggers, incident] of [
  ["one symptom", "  - symptom: coffee-empty", { symptom: "coffee-empty" }],
  ["one of several symptoms", "  - symptoms: [coffee-cold, coffee-empty]", { symptom: "coffee-empty" }],
  ["an intent and a resource", "  - intent_type: refill\n    resource_type: kitchen", { intent_type: "refill", resource_type: "kitchen" }],
  ["an event", "  - event: call-home.refused", { event: "call-home.refused" }],
  [
    "all fields",
    "  - {symptom: dry, event: job.failed, intent_type: refill, resource_type: kitchen}",
    { symptom: "dry", resource_type: "kitchen" },
  ],
] as const)
  test(`a runbook of the site is found by ${what}, and planned`, (t) => {
    const runbooks = withSite(t, triggers);
    assert.equal(runbookFor(runbooks, incident).name, "site-runbook");
    assert.deepEqual(
      searchRunbooks(runbooks, incident).map(({ name }) => name),
      ["site-runbook"],
    );
    const made = plan({ goal: { kind: "incident", ...incident }, targets: ["n1"] }, { runbooks });
    assert.deepEqual(made.goal, { kind: "runbook", runbook: "site-runbook", parameters: {} });
    assert.deepEqual(made, plan({ goal: made.goal, targets: ["n1"] }, { runbooks }), "the same plan as by its name");
  });

for (const [what, trigger, line, problem] of [
  ["an unknown key", "  - symptom: dry\n  - sympton: wet", 5, "triggers.1.sympton: there is no such key"],
  ["no field", "  - symptom: dry\n  - {}", 5, "triggers.1: states no symptom, event, intent_type or resource_type"],
  [
    "a word with a blank",
    "  - intent_type: refill\n    symptom: Coffee Empty",
    5,
    "triggers.0.symptom: is not a word of lower-case letters",
  ],
  ["an empty list of symptoms", "  - symptoms: []", 4, "triggers.0.symptoms: "],
  ["a list as resource", "  - symptom: dry\n    resource_type: [a, b]", 5, "triggers.0.resource_type: "],
] as const)
  test(`a trigger with ${what} is a fault with file and line`, (t) => {
    const folder = siteFolder(t, trigger);
    const { faults } = readRunbooks([folder], world.catalogue);
    assert.deepEqual(
      faults.map((fault) => [fault.file, fault.line]),
      [[join(folder, "site-runbook.yaml"), line]],
    );
    assert.ok(faults[0]?.problem.startsWith(problem), faults[0]?.problem);
  });

const refusal = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof MusterError && error.code === code && text.test(error.message);

test("a proposal whose incident fits several runbooks equally well is refused with their names", (t) => {
  const runbooks = withSite(t, "  - symptom: full-disk", "disk-of-the-site");
  assert.throws(() => runbookFor(runbooks, { symptom: "full-disk" }), refusal("RUNBOOK_AMBIGUOUS", /disk-of-the-site, full-disk/));
  assert.equal(runbookFor(runbooks, { symptom: "full-disk", resource_type: "node" }).name, "full-disk");
});

test("a proposal whose incident fits no runbook is refused with the known words", () => {
  assert.throws(
    () => plan({ goal: { kind: "incident", symptom: "haunted" }, targets: ["n1"] }),
    refusal("RUNBOOK_NOT_FOUND", /^no runbook matches the symptom haunted; known symptoms: .*full-disk.*slow/),
  );
  assert.throws(
    () => plan({ goal: { kind: "incident", intent_type: "haunt" }, targets: ["n1"] }),
    refusal("RUNBOOK_NOT_FOUND", /the intent haunt; known intents: audit, investigate, optimize, remediate/),
  );
  assert.throws(
    () => plan({ goal: { kind: "incident", symptom: "haunted", intent_type: "investigate", resource_type: "node" }, targets: ["n1"] }),
    refusal("RUNBOOK_NOT_FOUND", /haunted/),
    "the runbook for every investigation of a node does not replace it",
  );
  assert.equal(Proposal.safeParse({ goal: { kind: "incident" } }).success, false);
});

const found = (text: string, words = {}) => searchRunbooks(world.runbooks, { text, ...words }).map(({ name }) => name);

test("a search by words looks in names, symptoms, descriptions and tools, in any order and case", () => {
  assert.equal(found("Disk full")[0], "full-disk");
  assert.deepEqual(found("swap"), []);
  assert.ok(found("traceroute").includes("network-errors"));
  assert.ok(found("restarts service").includes("failed-service"));
  assert.deepEqual(found("disk", { symptom: "failing-disk" }), ["failing-disk"]);
  assert.equal(found("").length, world.runbooks.list().length);
});

test("an empty result explains what would find something", () => {
  const known = knownWords(world.runbooks);
  assert.match(noRunbookFor({ symptom: "haunted" }, known), /^no runbook matches the symptom haunted; known symptoms: .*slow/);
  assert.match(noRunbookFor({ text: "ghost" }, known), /^no runbook matches the text "ghost"; known symptoms: /);
  assert.match(noRunbookFor({ resource_type: "moon" }, known), /known resources: fleet, node, service$/);
});

test("docs/extending.md lists each class of incidents with the runbook that it finds", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../../docs/extending.md"), "utf8");
  const [, table = ""] = /<!-- classes -->\n([\s\S]*)<!-- \/classes -->/.exec(page) ?? [];
  const rows = [...table.matchAll(/^\| `(\S+)` \| `(\S+)` \|$/gm)].map(([, one, runbook]) => [one, runbook]);
  assert.deepEqual(
    rows,
    IncidentClass.options.map((symptom) => [symptom, runbookFor(world.runbooks, { symptom }).name]),
  );
});
