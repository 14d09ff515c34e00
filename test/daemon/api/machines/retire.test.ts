import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Inventory } from "../../../../daemon/machines/inventory/inventory.ts";
import { callHome, hostKey, startTestControl } from "../../../support/control.ts";

test("a node whose files could not be cleaned is retired all the same, and retiring it again cleans them", async (t) => {
  const { url, data, client, newcomer } = await startTestControl(t);
  const mac = "52:54:00:00:00:01";
  const { token } = await newcomer("n1", mac);
  const { body } = await callHome(url, { ip_address: "127.0.0.1", hostname: "n1", token, mac, ssh_host_key: hostKey(1) });
  await client.cancelJob({ id: String(body.job_id) });
  const whole = readFileSync(data.inventory, "utf8");

  writeFileSync(data.inventory, `${whole}broken: [\n`);
  await assert.rejects(client.retireNode({ node: "n1", confirm: "n1" }), { code: "INVENTORY_INVALID", status: 500 });
  assert.equal((await client.getNode({ node: "n1" })).state.phase, "retired");

  writeFileSync(data.inventory, whole);
  assert.equal((await client.retireNode({ node: "n1", confirm: "n1" })).state.phase, "retired");
  assert.equal(new Inventory(data.inventory).hosts().size, 0);
  assert.equal(readFileSync(data.knownHosts, "utf8"), "");
  const retirements = (await client.nodeEvents({ node: "n1" })).filter(({ type }) => type === "node.retired");
  assert.equal(retirements.length, 1);
});
