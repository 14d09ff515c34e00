/** `muster alerts` with a real daemon that raises an alert by itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
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
    /^WHEN +RULE +WEBHOOK +WHAT\n\d+ s ago +node-failures +none +node failures: 1 within 15 min \(rack1-n1: no network\)\n$/,
  );
  const { out } = await muster(["--json", "alerts", "--limit", "1"], here);
  assert.deepEqual(
    (JSON.parse(out) as { rule: string; delivery: string }[]).map(({ rule, delivery }) => [rule, delivery]),
    [["node-failures", "none"]],
  );
});
