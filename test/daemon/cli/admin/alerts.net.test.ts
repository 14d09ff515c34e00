/** `muster alerts` with a real daemon that raises an alert by itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert } from "../../../../daemon/contract/admin/alert.ts";
import { openStores } from "../../../../daemon/store/stores.ts";
import { startTestControl } from "../../../support/control.ts";
import { until } from "../../../support/until.ts";
import { addNode } from "../../../support/world.ts";
import { muster } from "../muster.ts";

test("`muster alerts` lists the failure of a node with its reason", async (t) => {
  const { url, data, control } = await startTestControl(t);
  const here = { MUSTER_URL: url, MUSTER_KEY: control.firstKey };
  assert.equal((await muster(["alerts"], here)).out, "No alert has been raised.\n");
  const stores = openStores(data.database);
  const node = addNode(stores, { phase: "accepted" }, "rack1-n1");
  stores.events.append({ source: "control", type: "node.configure-failed", summary: "no network", nodeId: node.id });
  stores.db.close();
  let told = "";
  await until("the alert", async () => {
    told = (await muster(["alerts"], here)).out;
    return told.includes("rack1-n1");
  });
  assert.match(
    told,
    /^WHEN +RULE +WEBHOOK +RUNBOOK +WHAT\n\d+ s ago +node-failures +none +network-errors +node failures: 1 within 15 min \(rack1-n1: no network\)\n/,
  );
  const command = 'muster do --runbook network-errors --on rack1-n1 --reason "alert 1"';
  assert.ok(told.endsWith(`\nThese commands propose the runbooks of the newest alerts:\n  ${command}\n`), told);
  assert.equal((await muster(["executions"], here)).out.includes("network-errors"), false, "nothing ran by itself");
  const { out } = await muster(["--json", "alerts", "--limit", "1"], here);
  assert.deepEqual(
    (JSON.parse(out) as Alert[]).map(({ rule, delivery, runbooks }) => [rule, delivery, runbooks[0]?.command]),
    [["node-failures", "none", command]],
  );
});
