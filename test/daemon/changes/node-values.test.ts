/** The values of the inventory are a part of the plan: a change of them is another plan, and the executor refuses the old one. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { checkWarrant } from "../../../daemon/changes/executions/warrant.ts";
import { inventoryFacts, knownNodes } from "../../../daemon/changes/known-nodes.ts";
import { catalogueOf, loadCatalogue } from "../../../daemon/changes/tools/catalogue.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { InventoryFile } from "../../../daemon/machines/inventory/file.ts";
import { written } from "../../support/machines/inventory-file.ts";
import { ownPolicy } from "../../support/own-policy.ts";
import { planned, toolOn } from "./fleet.ts";

const now = new Date("2026-11-21T10:00:00Z");
const who = { keyId: "k", name: "bob", role: "operator" } as const;
const policy = ownPolicy();
const catalogue = catalogueOf(loadCatalogue().list(), (name) =>
  name === "deploy" ? { content: "c".repeat(64), readOnly: false } : undefined,
);
const web1: Node = {
  id: "1",
  name: "web1",
  macs: ["52:54:00:00:00:01"],
  state: { phase: "ready", since: now.toISOString() },
  address: "10.0.0.1",
  facts: {},
  createdAt: now.toISOString(),
  updatedAt: now.toISOString(),
};

const TEXT = `all:
  vars: { site: cellar, common: &common { a: 1 } }
  children:
    worker_nodes:
      hosts:
        web1: { ansible_host: 10.0.0.1, app_version: 1, limits: *common }
        other: { ansible_host: 10.0.0.2, app_version: 1 }
    zone: { vars: { region: eu }, children: { dev: } }
    dev:
      hosts: { "web[1:3]": }
      vars:
        level: 1
        secret: !vault |
          $ANSIBLE_VAULT;1.1;AES256
          3132
    else: { hosts: { other: }, vars: { x: 1 } }
`;

function bench(t: TestContext) {
  const { path, folder } = written(t, TEXT);
  const known = (forAll: object = { user: "admin" }) => knownNodes([web1], inventoryFacts(new InventoryFile(path), forAll)());
  const plan = (tool: string, parameters = {}, forAll?: object) =>
    planned(toolOn(tool, ["web1"], parameters), who, { catalogue, nodes: known(forAll), policy }, now);
  return { path, folder, known, plan };
}

const tools: [string, object][] = [
  ["playbook_run", { playbook: "deploy" }],
  ["service_restart", { unit: "x.service" }],
];

const changes: Record<string, (folder: string) => string | undefined> = {
  "a variable of its own": () => TEXT.replace("app_version: 1, limits", "app_version: evil, limits"),
  "a variable of its group": () => TEXT.replace("level: 1", "level: 2"),
  "a variable of the group above its group": () => TEXT.replace("region: eu", "region: us"),
  "a variable of all": () => TEXT.replace("site: cellar", "site: attic"),
  "a new port": () => TEXT.replace("10.0.0.1, ", "10.0.0.1, ansible_port: 2222, "),
  "the anchor that one of its variables repeats": () => TEXT.replace("{ a: 1 }", "{ a: 2 }"),
  "a vault of its group": () => TEXT.replace("3132", "3133"),
  "another type of the same text": () => TEXT.replace("app_version: 1, limits", 'app_version: "1", limits'),
  "another group, without variables": () => TEXT.replace("else: { hosts: { other: }", "else: { hosts: { other: , web1: }"),
  "the end of a membership": () => TEXT.replace('"web[1:3]"', '"web[2:3]"'),
  "a file of host_vars": (folder) => file(folder, "host_vars", "web1.yml"),
  "a file of group_vars": (folder) => file(folder, "group_vars", "all.yml"),
  "a folder of group_vars": (folder) => file(folder, "group_vars/dev", "more.yml"),
};

function file(folder: string, place: string, name: string): undefined {
  mkdirSync(join(folder, place), { recursive: true });
  writeFileSync(join(folder, place, name), "app_version: evil\n");
}

for (const [what, change] of Object.entries(changes))
  test(`${what} makes another plan, and the executor refuses the earlier plan`, (t) => {
    const { path, folder, known, plan } = bench(t);
    const before = tools.map(([tool, parameters]) => plan(tool, parameters));
    const text = change(folder);
    if (text !== undefined) {
      assert.notEqual(text, TEXT);
      writeFileSync(path, text);
    }
    for (const [index, [tool, parameters]] of tools.entries()) {
      const work = before[index] ?? assert.fail();
      assert.notEqual(plan(tool, parameters).hash, work.hash, tool);
      const execution = { id: "e", planId: work.id, planHash: work.hash, status: "running" } as const;
      const warrant = checkWarrant(
        { execution, work },
        {
          now,
          catalogue,
          policy,
          node: (name) => known().find((node) => node.name === name),
          begun: () => false,
          voting: { required: false, voters: [] },
          executeSeconds: 300,
        },
      );
      assert.match(warrant.ok ? "begun" : warrant.reason, /web1 (were changed since|is in prod now)|values that the inventory gives web1/);
    }
  });

test("a variable that Muster gives to every run makes another plan", (t) => {
  const { plan } = bench(t);
  assert.notEqual(plan("playbook_run", { playbook: "deploy" }).hash, plan("playbook_run", { playbook: "deploy" }, { user: "evil" }).hash);
});

test("comments, the order of entries and the values of other nodes leave the plan as it is", (t) => {
  const { path, plan } = bench(t);
  const before = tools.map(([tool, parameters]) => plan(tool, parameters).hash);
  for (const text of [
    `# by hand\n${TEXT}`,
    TEXT.replace("app_version: 1, limits: *common", "limits: *common, app_version: 1"),
    TEXT.replace("10.0.0.2, app_version: 1", "10.0.0.2, app_version: 9"),
    TEXT.replace("x: 1", "x: 2"),
  ]) {
    writeFileSync(path, text);
    assert.deepEqual(
      tools.map(([tool, parameters]) => plan(tool, parameters).hash),
      before,
    );
  }
});

test("the preview says how many variables there are and where to read them, and shows none", (t) => {
  const { plan } = bench(t);
  const [step] = plan("playbook_run", { playbook: "deploy" }).plan.steps;
  assert.match(step?.preview.text ?? "", /^playbook deploy, with \d+ variables of the inventory \(muster inventory show\)$/);
  assert.doesNotMatch(JSON.stringify(step), /cellar/);
});
