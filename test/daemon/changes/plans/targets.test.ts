/** Tests which machines a tool can be used on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scopeOf, unfit } from "../../../../daemon/changes/plans/targets.ts";
import type { Phase } from "../../../../daemon/contract/machines/node.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { node, plan, tool, world } from "./fleet.ts";

const why = (name: string, known: ReturnType<typeof node>) => unfit(known, world.catalogue.get(name));

const reachable: Phase[] = ["ready", "configure-failed"];
const all: Phase[] = [
  "discovered",
  "accepted",
  "armed",
  "installing",
  "install-failed",
  "called-home",
  "configuring",
  "configure-failed",
  "ready",
  "rescue",
  "wiping",
  "quarantined",
  "retired",
];

for (const phase of all)
  test(`a node that is ${phase} ${reachable.includes(phase) ? "can" : "cannot"} be reached by ssh or Ansible`, () => {
    for (const name of ["load", "reboot"]) {
      const reason = why(name, node("n1", [], phase));
      if (reachable.includes(phase)) assert.equal(reason, undefined);
      else assert.match(reason ?? "", new RegExp(`^n1 is ${phase}`));
    }
  });

test("arming is only for nodes in certain phases, and the error names them", () => {
  assert.equal(why("arm", node("n1", [], "accepted")), undefined);
  assert.match(why("arm", node("n1", [], "installing")) ?? "", /n1 is installing; arm is for nodes that are accepted, armed/);
});

test("Windows is reached over WinRM and by no other method that logs in", () => {
  const windows = node("w1", ["windows"]);
  assert.equal(why("windows_services", windows), undefined);
  assert.match(why("windows_services", node("n1")) ?? "", /n1 is not in the group windows/);
  assert.match(why("load", windows) ?? "", /ssh is for Linux/);
});

test("a machine without an address cannot be pinged, but can be woken", () => {
  const { address, ...nowhere } = node("n1");
  assert.equal(address, "10.0.0.7");
  assert.match(why("ping", nowhere) ?? "", /n1 has no address/);
  assert.equal(why("wake", nowhere), undefined);
});

for (const [groups, scope] of [
  [[], "prod"],
  [["lab"], "prod"],
  [["dev"], "dev"],
  [["staging"], "staging"],
  [["dev", "prod"], "prod"],
  [["dev", "staging"], "staging"],
] as const)
  test(`a node in ${groups.join(" and ") || "no group"} is ${scope}`, () => {
    assert.equal(scopeOf(node("n1", [...groups])), scope);
  });

test("a plan with too many steps is refused", () => {
  const nodes = Array.from({ length: 5001 }, (_, index) => node(`n${index}`));
  assert.throws(
    () => plan({ goal: tool("load"), targets: ["all"] }, { nodes }),
    (error) => error instanceof MusterError && /more than 5000 steps/.test(error.message),
  );
});

test("a plan contains neither the names of secrets nor their values", () => {
  const made = plan({ goal: tool("sql_postgresql", { database: "app", statement: "select 1" }), targets: ["n1"] });
  assert.match(made.steps[0]?.preview.text ?? "", /^psql .*--dbname=app/);
  assert.ok(!JSON.stringify(made).includes("postgresql_password"));
});

test("the preview of an act names the act, its node and its values", () => {
  const preview = (name: string, values = {}) => plan({ goal: tool(name, values), targets: ["n1"] }).steps[0]?.preview;
  assert.deepEqual(preview("wake"), { kind: "exact", text: "wake n1" });
  assert.deepEqual(preview("wipe", { disks: "all" }), { kind: "exact", text: "wipe n1 disks=all quick=false" });
});

test("a goal without a node takes none", () => {
  const question = tool("sql_sqlite", { file: "/var/lib/muster/databases/a.db", statement: "select 1" });
  const made = plan({ goal: question });
  assert.deepEqual([made.targets, made.steps.map(({ target, scope }) => [target, scope])], [[], [[undefined, "prod"]]]);
  assert.throws(
    () => plan({ goal: question, targets: ["n1"] }),
    (error) => error instanceof MusterError && /sql_sqlite takes no node/.test(error.message),
  );
});
