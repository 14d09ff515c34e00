/** How a machine is let in, and what is made good after something broke in between. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CallHome } from "../../../daemon/contract/call-home.ts";
import type { Node } from "../../../daemon/contract/node.ts";
import { inNetworks } from "../../../daemon/enrol/networks.ts";
import { Reception } from "../../../daemon/enrol/reception.ts";
import { Inventory } from "../../../daemon/inventory/inventory.ts";
import { KnownHosts } from "../../../daemon/inventory/known-hosts.ts";
import { JobEngine } from "../../../daemon/jobs/engine.ts";
import { createLog } from "../../../daemon/log.ts";
import { redact } from "../../../daemon/redaction/redact.ts";
import { hostKey } from "../../support/control.ts";
import { addNode, openWorld } from "../../support/world.ts";

function door(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "muster-door-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const world = openWorld();
  const inventoryFile = join(folder, "inventory.yaml");
  const engine = new JobEngine({
    ...world,
    executor: { connected: false, send: () => false },
    jobsDir: folder,
    playbook: "playbook.yaml",
    limits: { runs: 1, waveSize: 1, gatherMs: 0, quietMs: 0 },
    deadlineSeconds: { ansible: 60 },
    log: createLog("test", "silent"),
    redact,
    onFailure: async () => undefined,
  });
  const reception = new Reception({
    ...world,
    inventory: new Inventory(inventoryFile),
    knownHosts: new KnownHosts(join(folder, "known_hosts")),
    provision: (node, requestedBy) => engine.provision(node, requestedBy),
    isNodeAddress: inNetworks(["10.0.0.0/8"]),
  });
  const caller = (node: Node): CallHome => {
    const token = world.tokens.issue(node.id, "enrol", new Date(), new Date(Date.now() + 60_000).toISOString());
    return CallHome.parse({ ip_address: "10.0.0.1", hostname: node.name, token, mac: node.macs[0], ssh_host_key: hostKey(node.name) });
  };
  return { world, inventoryFile, engine, reception, caller };
}

test("where the inventory is broken the machine waits, and its next call is enough once it is mended", async (t) => {
  const { world, inventoryFile, reception, caller } = door(t);
  const callHome = caller(addNode(world, { phase: "accepted" }, "n1"));
  writeFileSync(inventoryFile, "all: [\n");
  await assert.rejects(reception.receive(callHome), { code: "INVENTORY_INVALID" });
  assert.equal(readFileSync(inventoryFile, "utf8"), "all: [\n");
  assert.equal(world.nodes.findByName("n1")?.state.phase, "called-home");
  assert.equal(world.jobs.recent(10).length, 0);

  writeFileSync(inventoryFile, "");
  const { job } = await reception.receive(callHome);
  assert.equal(job.status, "queued");
  assert.equal(world.nodes.findByName("n1")?.state.phase, "configuring");
});

test("after a restart whoever had called home gets its job, also when another's cannot be queued", async (t) => {
  const { world, inventoryFile, reception } = door(t);
  const state = { phase: "called-home", at: new Date().toISOString(), deadline: new Date().toISOString() } as const;
  for (const [name, address] of [
    ["boss", "10.0.0.8"],
    ["n1", "10.0.0.1"],
  ] as const) {
    const node = addNode(world, state, name);
    world.registry.update(node.id, (was) => ({ node: { ...was, address }, event: { source: "control", type: "test", summary: "" } }));
  }
  writeFileSync(inventoryFile, "all:\n  children:\n    boss:\n      hosts: {}\n");
  const failed: string[] = [];
  await reception.resume((node) => failed.push(node.name));
  assert.deepEqual(failed, ["boss"]);
  assert.deepEqual(
    world.jobs.recent(10).map(({ nodeName }) => nodeName),
    ["n1"],
  );
  assert.deepEqual([...new Inventory(inventoryFile).hosts()], [["n1", "10.0.0.1"]]);
});

test("an expired token opens nothing", async (t) => {
  const { world, reception, caller } = door(t);
  const node = addNode(world, { phase: "accepted" }, "n1");
  const callHome = caller(node);
  const token = world.tokens.issue(node.id, "enrol", new Date(), new Date(Date.now() - 1).toISOString());
  await assert.rejects(reception.receive({ ...callHome, token }), { code: "TOKEN_INVALID", message: "token: this token has expired" });
  await assert.rejects(reception.receive(callHome), { code: "TOKEN_INVALID", message: "token: this token is not known" });
  assert.equal(world.nodes.findById(node.id)?.state.phase, "accepted");
});

for (const phase of ["discovered", "retired"] as const) {
  test(`a ${phase} node is not let in by any token`, async (t) => {
    const { world, reception, caller } = door(t);
    const node = addNode(world, phase === "retired" ? { phase, at: new Date().toISOString() } : { phase }, "n1");
    const before = world.events.lastSeq();
    await assert.rejects(reception.receive(caller(node)), { code: "NODE_WRONG_PHASE" });
    assert.deepEqual(world.nodes.findById(node.id), node);
    assert.equal(world.events.lastSeq(), before);
  });
}

test("while a job of the node lives, a new token is not spent", async (t) => {
  const { world, engine, reception, caller } = door(t);
  const node = addNode(world, { phase: "accepted" }, "n1");
  const { job } = await reception.receive(caller(node));
  const next = caller(node);
  await assert.rejects(reception.receive(next), { code: "JOB_IN_PROGRESS" });
  assert.equal(world.tokens.look(next.token, new Date()).kind, "fresh");
  engine.cancel(job.id, "test");
  assert.notEqual((await reception.receive(next)).job.id, job.id);
});
