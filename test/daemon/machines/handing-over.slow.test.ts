/**
 * Nodes that called home while the inventory was broken get their job automatically, from the real control
 * process.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { MusterError } from "../../../daemon/errors/errors.ts";
import { keepHandingOver } from "../../../daemon/machines/enrol/handing-over.ts";
import { Inventory } from "../../../daemon/machines/inventory/inventory.ts";
import { callHome, hostKey, startTestControl } from "../../support/control.ts";
import { until } from "../../support/until.ts";
import { addNode, openWorld } from "../../support/world.ts";

test("a node that called home in vain is configured once the inventory is mended, without another call", async (t) => {
  const { client, url, data, newcomer } = await startTestControl(t, { inventory: "all: [\n" });
  const mac = "52:54:00:00:01:01";
  const { token } = await newcomer("n1", mac);
  const answer = await callHome(url, { ip_address: "127.0.1.1", hostname: "n1", token, mac, ssh_host_key: hostKey(1) });
  assert.equal(answer.status, 500);
  assert.equal((await client.listJobs({})).length, 0);
  writeFileSync(data.inventory, "");
  await until("the job", async () => (await client.listJobs({})).length === 1);
  assert.deepEqual([...new Inventory(data.inventory).hosts()], [["n1", "127.0.1.1"]]);
});

test("a reprovision writes a node into the inventory before its job is queued", async (t) => {
  const { client, url, data, newcomer } = await startTestControl(t);
  const mac = "52:54:00:00:01:01";
  const { token } = await newcomer("n1", mac);
  const { body } = await callHome(url, { ip_address: "127.0.1.1", hostname: "n1", token, mac, ssh_host_key: hostKey(1) });
  await client.cancelJob({ id: String(body.job_id) });
  writeFileSync(data.inventory, "all: [\n");
  await assert.rejects(client.reprovisionNode({ node: "n1" }), { code: "INVENTORY_INVALID", message: /inventory\.yaml/ });
  assert.equal((await client.listJobs({})).length, 1);
  writeFileSync(data.inventory, "");
  assert.equal((await client.reprovisionNode({ node: "n1" })).status, "queued");
  assert.deepEqual([...new Inventory(data.inventory).hosts()], [["n1", "127.0.1.1"]]);
});

test("a failure is reported once for all nodes it hinders, and again when it comes back; a failed check ends nothing", async (t) => {
  const world = openWorld();
  const [n1, n2] = [addNode(world, { phase: "accepted" }, "n1"), addNode(world, { phase: "accepted" }, "n2")];
  const broken = new MusterError("INVENTORY_INVALID", "inventory.yaml is not valid YAML");
  const looks: ("broken" | "good" | "disk full")[] = ["broken", "broken", "broken", "good", "broken", "disk full", "good"];
  const told: unknown[] = [];
  let at = 0;
  const resume = async (onFailure: (node: Node, error: unknown) => void): Promise<void> => {
    const look = looks[at++];
    if (look === "disk full") throw new Error("disk full");
    if (look === "broken") for (const node of [n1, n2]) onFailure(node, broken);
  };
  const error = (line: { nodes: string[]; err: Error }) => told.push([line.err.message, line.nodes]);
  const handingOver = await keepHandingOver({ resume }, { error } as never, 1);
  t.after(() => handingOver.stop());
  await until("all looks", () => at > looks.length);
  const both = [broken.message, ["n1", "n2"]];
  assert.deepEqual(told, [both, both, ["disk full", []]]);
  handingOver.stop();
  const looked = at;
  await sleep(20);
  assert.equal(at, looked, "stopped with control");
});
