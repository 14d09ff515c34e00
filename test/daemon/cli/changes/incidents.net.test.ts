/** The road from a failure to a proposal with the real program: an alert names a runbook of the site, and its command proposes it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Alert } from "../../../../daemon/contract/admin/alert.ts";
import type { Proposed } from "../../../../daemon/contract/changes/change-routes.ts";
import { openStores } from "../../../../daemon/store/stores.ts";
import { startTestControl } from "../../../support/control.ts";
import { until } from "../../../support/until.ts";
import { addNode } from "../../../support/world.ts";
import { muster } from "../muster.ts";

test("an alert of a running daemon names a dropped-in runbook, and only its command proposes it", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-incidents-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, "sick-fan.yaml"),
    `name: sick-fan
description: A fan of a node is broken.
triggers:
  - symptoms: [hot, fan-broken]
    intent_type: investigate
    resource_type: node
    event: node.configure-failed
steps: [{ id: reach, tool: ping }]
success: [{ step: reach, means: the node answers }]
`,
  );
  const { url, data, control } = await startTestControl(t, { config: `changes: { tools: { runbooks_directory: ${folder} } }` });
  const here = { MUSTER_URL: url, MUSTER_KEY: control.firstKey };
  const stores = openStores(data.database);
  t.after(() => stores.db.close());
  const node = addNode(stores, { phase: "accepted" }, "rack1-n1");
  stores.registry.update(node.id, (was) => ({
    node: { ...was, address: "127.0.0.1" },
    event: { source: "control", type: "node.noted", summary: "made for a test" },
  }));
  const summary = "CPU0: Core temperature above threshold";
  stores.events.append({ source: "control", type: "node.configure-failed", summary, nodeId: node.id });

  let alert: Alert | undefined;
  await until("the alert", async () => {
    [alert] = JSON.parse((await muster(["--json", "alerts"], here)).out) as Alert[];
    return alert !== undefined;
  });
  const command = alert?.runbooks[0]?.command ?? "";
  assert.equal(command, `muster do --runbook sick-fan --on rack1-n1 --reason "alert ${alert?.id}"`);
  assert.equal(stores.executions.list(10).length, 0, "the alert proposed nothing");

  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  const { code, out, err } = await muster([...words.slice(1), "--json"], here);
  assert.equal(code, 0, err);
  const { work } = JSON.parse(out) as Proposed;
  assert.deepEqual([work.plan.goal, work.reason], [{ kind: "runbook", runbook: "sick-fan", parameters: {} }, `alert ${alert?.id}`]);

  const bySymptom = await muster(
    ["--json", "do", "--symptom", "fan-broken", "--intent", "investigate", "--on", "rack1-n1", "--dry-run"],
    here,
  );
  assert.deepEqual((JSON.parse(bySymptom.out) as Proposed).work.plan.goal, work.plan.goal, bySymptom.err);
  const unknown = await muster(["do", "--symptom", "haunted", "--on", "rack1-n1"], here);
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /no runbook matches the symptom haunted; known symptoms: .*fan-broken/);
  const both = await muster(["do", "--runbook", "sick-fan", "--symptom", "hot", "--on", "rack1-n1"], here);
  assert.deepEqual([both.code, /a runbook and an incident were given/.test(both.err)], [2, true], both.err);
  const noWord = await muster(["do", "--symptom", "Not A Word", "--on", "rack1-n1"], here);
  assert.equal(noWord.code, 2);
});
