/** `muster policy`: the table of cases, a wrong case, the explanation of a plan, a rule with a mistake. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createDataDir, dataDir } from "../../../../daemon/data-dir.ts";
import { openStores } from "../../../../daemon/store/stores.ts";
import { addNode } from "../../../support/world.ts";
import { plan, step } from "../../changes/planned.ts";
import { muster, startDaemon, temporary } from "../muster.ts";

const { folder, remove } = temporary();
after(remove);
const rules = join(folder, "rules");
mkdirSync(rules);
writeFileSync(
  join(rules, "site.cedar"),
  '@id("no-db") forbid (principal, action, resource == Muster::Node::"db1") unless { context.approved };\n',
);

describe("muster policy", { concurrency: 2 }, () => {
  test("test: Muster's own table is decided as expected", async () => {
    const { code, out, err } = await muster(["policy", "test"], {}, folder);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^(\d+) of \1 cases are decided as expected\.$/m);
  });

  test("test: a case that is decided differently is shown with the decision, and fails the command", async () => {
    const file = join(folder, "cases.yaml");
    const cases = ["db1", "db2"].map((node) => ({
      case: `looking at ${node}`,
      by: "viewer",
      steps: [{ does: "read", node }],
      expect: { answer: "allow", rule: "read" },
    }));
    writeFileSync(file, JSON.stringify(cases));
    const { code, out } = await muster(["policy", "test", file, "--rules", rules], {}, folder);
    assert.equal(code, 1);
    assert.match(out, /looking at db1\n +expected allow by read\n +decided +needs-approval by no-db \(operator:1\)/);
    assert.match(out, /1 of 2 cases/);
  });

  test("test: a wrong field of a case is named", async () => {
    const file = join(folder, "wrong.yaml");
    writeFileSync(file, "- case: x\n  by: king\n  steps: []\n  expect: { answer: allow, rule: read }\n");
    const { code, err } = await muster(["policy", "test", file], {}, folder);
    assert.equal(code, 1);
    assert.match(err, /wrong\.yaml: case 1, by: /);
  });

  test("explain: the rule of every step, the inputs and the outcome", async () => {
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify({ plan: plan([step({ risk: "read", tool: "disk_usage" }), step({ id: "2" })], { tainted: true }) }));
    const { code, out } = await muster(["policy", "explain", file, "--role", "admin", "--name", "ann"], { APPROVAL_MODE: "true" }, folder);
    assert.equal(code, 0);
    assert.match(out, /requester +ann \(admin\)\ninputs +readOnly=false, tainted=true, nodes=1, approvalMode=changes/);
    assert.match(out, /1 +disk_usage +n1 +read +prod +allow +read/);
    assert.match(out, /decision +needs-approval by tainted-changes: needs 1 × operator/);
    const { decision } = JSON.parse((await muster(["--json", "policy", "explain", file], {}, folder)).out) as {
      decision: { answer: string };
    };
    assert.equal(decision.answer, "needs-approval");
  });

  test("explain: a file that is not a plan is refused with the missing field", async () => {
    const file = join(folder, "none.json");
    writeFileSync(file, "{}");
    const { code, err } = await muster(["policy", "explain", file], {}, folder);
    assert.equal(code, 1);
    assert.match(err, /none\.json is not a plan: .*version/s);
  });

  test("explain: for the id of a plan, the decision of the daemon and its reasons", async (t) => {
    const data = dataDir(join(folder, "data"));
    createDataDir(data);
    const stores = openStores(data.database);
    const node = addNode(stores, { phase: "ready", since: new Date().toISOString() }, "n1");
    const event = { source: "control", type: "node.ready", summary: "made for a test" } as const;
    stores.registry.update(node.id, (was) => ({ node: { ...was, address: "192.0.2.11" }, event }));
    stores.db.close();
    const daemon = await startDaemon(folder);
    t.after(() => daemon.stop());
    const asked = await muster(["--json", "do", "service_restart", "unit=ssh.service", "--on", "n1"], daemon.env);
    assert.equal(asked.code, 0, asked.err);
    const { work } = JSON.parse(asked.out) as { work: { id: string } };
    const { code, out, err } = await muster(["policy", "explain", work.id], daemon.env);
    assert.equal(code, 0, err);
    assert.match(
      out,
      /inputs +readOnly=false, tainted=false, nodes=1\n +needs approval: service_restart, a write in prod on n1, by write-in-prod/,
    );
    assert.match(out, /decision +needs-approval by write-in-prod: needs 1 × operator/);
  });

  test("rules: Muster's own, then the site's; a mistake names file and rule", async () => {
    const { out } = await muster(["policy", "rules", "--rules", rules], {}, folder);
    assert.match(out, /delete-in-prod +forbid +- +.*by-risk\.cedar[\s\S]*no-db +forbid +- +.*site\.cedar/);
    const broken = join(folder, "broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "x.cedar"), '@id("night") forbid (principal, action, resource) when { context.hour > 22 };');
    const { code, err } = await muster(["policy", "rules", "--rules", broken], {}, folder);
    assert.equal(code, 1);
    assert.match(err, /x\.cedar: rule night: .*hour.*not found.*\n→ .*muster policy test/);
  });
});
