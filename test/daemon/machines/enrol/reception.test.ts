/** The admission of a machine, and the repair after a failure in the middle of it. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CallHome } from "../../../../daemon/contract/machines/call-home.ts";
import type { Node, NodeState } from "../../../../daemon/contract/machines/node.ts";
import { JobEngine } from "../../../../daemon/jobs/engine.ts";
import { createLog } from "../../../../daemon/log/log.ts";
import { redact } from "../../../../daemon/log/redact.ts";
import { checkAddress } from "../../../../daemon/machines/enrol/claimed-address.ts";
import { Reception } from "../../../../daemon/machines/enrol/reception.ts";
import { Inventory } from "../../../../daemon/machines/inventory/inventory.ts";
import { KnownHosts } from "../../../../daemon/machines/inventory/known-hosts.ts";
import { hostKey } from "../../../support/control.ts";
import { addNode, openWorld } from "../../../support/world.ts";

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
    checkAddress: (claimed, sender) =>
      checkAddress(claimed, sender, { networks: ["10.0.0.0/8"], relayed: ["10.9.0.0/16"], own: () => ["10.0.0.2"] }),
  });
  const caller = (node: Node): CallHome => {
    const token = world.tokens.issue(node.id, "enrol", new Date(), new Date(Date.now() + 60_000).toISOString());
    return CallHome.parse({ ip_address: "10.0.0.1", hostname: node.name, token, mac: node.macs[0], ssh_host_key: hostKey(node.name) });
  };
  const receive = (report: CallHome, sender = report.ip_address) => reception.receive(report, sender);
  return { world, inventoryFile, engine, reception, caller, receive };
}

test("where the inventory is broken the machine waits, and its next call is enough once it is mended", async (t) => {
  const { world, inventoryFile, caller, receive } = door(t);
  const callHome = caller(addNode(world, { phase: "accepted" }, "n1"));
  writeFileSync(inventoryFile, "all: [\n");
  await assert.rejects(receive(callHome), { code: "INVENTORY_INVALID" });
  assert.equal(readFileSync(inventoryFile, "utf8"), "all: [\n");
  assert.equal(world.nodes.findByName("n1")?.state.phase, "called-home");
  assert.equal(world.jobs.recent(10).length, 0);

  writeFileSync(inventoryFile, "");
  const { job } = await receive(callHome);
  assert.equal(job.status, "queued");
  assert.equal(world.nodes.findByName("n1")?.state.phase, "configuring");
});

test("after a restart every node that had called home gets its job, also when another's cannot be queued", async (t) => {
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
  await reception.handover.resume((node) => failed.push(node.name));
  assert.deepEqual(failed, ["boss"]);
  assert.deepEqual(
    world.jobs.recent(10).map(({ nodeName }) => nodeName),
    ["n1"],
  );
  assert.deepEqual([...new Inventory(inventoryFile).hosts()], [["n1", "10.0.0.1"]]);
});

test("an operator's reprovision puts a node into the inventory that it never came into", async (t) => {
  const { world, inventoryFile, caller, reception, receive } = door(t);
  const callHome = caller(addNode(world, { phase: "accepted" }, "n1"));
  writeFileSync(inventoryFile, "all: [\n");
  await assert.rejects(receive(callHome), { code: "INVENTORY_INVALID" });
  const failed: NodeState = { phase: "configure-failed", reason: "no job was started", at: new Date().toISOString() };
  const id = world.nodes.findByName("n1")!.id;
  const late = world.registry.update(id, (node) => ({
    node: { ...node, state: failed },
    event: { source: "control", type: "test", summary: "" },
  }));
  await assert.rejects(reception.handover.again(late, "ann"), { code: "INVENTORY_INVALID", message: /inventory\.yaml is not valid YAML/ });
  assert.equal(world.jobs.recent(10).length, 0);
  assert.deepEqual(world.nodes.findById(id)?.state, failed);

  writeFileSync(inventoryFile, "");
  const job = await reception.handover.again(late, "ann");
  assert.equal(job.requestedBy, "ann");
  assert.deepEqual([...new Inventory(inventoryFile).hosts()], [["n1", "10.0.0.1"]]);
  assert.equal(readFileSync(join(inventoryFile, "../known_hosts"), "utf8"), `10.0.0.1 ${hostKey("n1")}\n`);
  await assert.rejects(reception.handover.again(late, "ann"), { code: "JOB_IN_PROGRESS" });
});

test("a node that has left the fleet is not written into the inventory again by a reprovision", async (t) => {
  const { world, inventoryFile, reception } = door(t);
  const node = { ...addNode(world, { phase: "retired", at: new Date().toISOString() }, "n1"), address: "10.0.0.1" };
  await assert.rejects(reception.handover.again(node, "ann"), { code: "NODE_WRONG_PHASE" });
  assert.equal(existsSync(inventoryFile), false);
});

test("a node without an address is reprovisioned where people wrote it into the inventory, else it has to call home", async (t) => {
  const { world, inventoryFile, reception } = door(t);
  const node = addNode(world, { phase: "ready", since: new Date().toISOString() }, "n1");
  await assert.rejects(reception.handover.again(node, "ann"), { code: "NODE_WRONG_PHASE", message: /^the inventory has no host n1, / });
  assert.equal(world.jobs.recent(10).length, 0);
  writeFileSync(inventoryFile, "all:\n  hosts:\n    n1: {ansible_host: n1.lan}\n");
  assert.equal((await reception.handover.again(node, "ann")).nodeName, "n1");
});

test("a reprovision leaves the address that an operator set in the inventory by hand", async (t) => {
  const { world, inventoryFile, reception } = door(t);
  const node = { ...addNode(world, { phase: "ready", since: new Date().toISOString() }, "n1"), address: "10.0.0.1" };
  const written = "all:\n  children:\n    worker_nodes:\n      hosts:\n        n1: {ansible_host: n1.lan}\n";
  writeFileSync(inventoryFile, written);
  await reception.handover.again(node, "ann");
  assert.equal(readFileSync(inventoryFile, "utf8"), written);
});

test("a repeated call of a node that is missing in the inventory, or elsewhere in it, begins again; else it gets its running job", async (t) => {
  const { world, inventoryFile, engine, caller, receive } = door(t);
  const callHome = caller(addNode(world, { phase: "accepted" }, "n1"));
  const first = await receive(callHome);
  engine.cancel(first.job.id, "test");
  assert.equal((await receive(callHome)).job.id, first.job.id);
  let last = first.job.id;
  for (const left of ["", "all:\n  children:\n    worker_nodes:\n      hosts:\n        n1: {ansible_host: 10.0.0.9}\n"]) {
    writeFileSync(inventoryFile, left);
    const { job } = await receive(callHome);
    assert.notEqual(job.id, last);
    assert.deepEqual([...new Inventory(inventoryFile).hosts()], [["n1", "10.0.0.1"]]);
    last = engine.cancel(job.id, "test").id;
  }
  writeFileSync(inventoryFile, "all: [\n");
  await assert.rejects(receive(callHome), { code: "INVENTORY_INVALID" }, "the machine keeps its token and calls again");
});

test("a machine that is kept out stays so while the inventory is broken, and a second try admits it", async (t) => {
  const { world, inventoryFile, caller, reception, receive } = door(t);
  const { token } = world.enrolTokens.issue(
    { role: "worker", uses: 5, createdBy: "test", expiresAt: new Date(Date.now() + 60_000).toISOString() },
    new Date(),
  );
  const n1 = addNode(world, { phase: "accepted" }, "n1");
  const stranger = { ...caller(n1), token, mac: "52:54:00:99:99:99", ssh_host_key: hostKey("stranger"), ip_address: "10.0.0.7" };
  await assert.rejects(receive(CallHome.parse(stranger)), { code: "MACHINE_QUARANTINED" });
  const [claim] = reception.quarantine.list(false);
  const wish = { name: "n2", replace: false };
  writeFileSync(inventoryFile, "all: [\n");
  await assert.rejects(reception.release(claim!.id, wish, "ann"), { code: "INVENTORY_INVALID" });
  assert.equal(reception.quarantine.list(false).length, 1);
  await assert.rejects(reception.release(claim!.id, { replace: true, confirm: "n1" }, "ann"), { code: "INVENTORY_INVALID" });
  assert.equal(reception.quarantine.list(false).length, 1, "nor in the place of another");

  // Break the file between the read and the write, as another program may.
  writeFileSync(inventoryFile, "");
  const released = reception.release(claim!.id, wish, "ann");
  writeFileSync(inventoryFile, "all: [\n");
  await assert.rejects(released, { code: "INVENTORY_INVALID", message: /^n2 is admitted and waits for its job: .*inventory\.yaml/ });
  writeFileSync(inventoryFile, "");
  await reception.handover.resume((_, error) => assert.fail(String(error)));
  assert.equal(world.jobs.recent(10)[0]?.nodeName, "n2");
  assert.deepEqual([...new Inventory(inventoryFile).hosts()], [["n2", "10.0.0.7"]]);
});

test("the check for waiting nodes skips nodes whose own call is in progress", async (t) => {
  const { world, inventoryFile, caller, reception, receive } = door(t);
  const coming = receive(caller(addNode(world, { phase: "accepted" }, "n1")));
  while (world.nodes.findByName("n1")?.state.phase !== "called-home") await Promise.resolve();
  writeFileSync(inventoryFile, "all: [\n"); // it is admitted; its inventory entry is not written yet
  const failed: string[] = [];
  const look = () => reception.handover.resume(({ name }) => failed.push(name));
  const [, called] = await Promise.allSettled([look(), coming]);
  assert.equal(called.status, "rejected");
  assert.deepEqual(failed, []);
  await look();
  assert.deepEqual(failed, ["n1"]);
});

test("an expired token opens nothing", async (t) => {
  const { world, caller, receive } = door(t);
  const node = addNode(world, { phase: "accepted" }, "n1");
  const callHome = caller(node);
  const token = world.tokens.issue(node.id, "enrol", new Date(), new Date(Date.now() - 1).toISOString());
  await assert.rejects(receive({ ...callHome, token }), { code: "TOKEN_INVALID", message: "token: this token has expired" });
  await assert.rejects(receive(callHome), { code: "TOKEN_INVALID", message: "token: this token is not known" });
  assert.equal(world.nodes.findById(node.id)?.state.phase, "accepted");
});

for (const phase of ["discovered", "retired"] as const) {
  test(`a ${phase} node is not let in by any token`, async (t) => {
    const { world, caller, receive } = door(t);
    const node = addNode(world, phase === "retired" ? { phase, at: new Date().toISOString() } : { phase }, "n1");
    const before = world.events.lastSeq();
    await assert.rejects(receive(caller(node)), { code: "NODE_WRONG_PHASE" });
    assert.deepEqual(world.nodes.findById(node.id), node);
    assert.equal(world.events.lastSeq(), before);
  });
}

for (const kind of ["its own token", "a token for any machine"] as const)
  test(`a machine that calls with ${kind}, spent, from a new address is refused, and its timeline says once an hour what lets it in`, async (t) => {
    const { world, engine, caller, receive } = door(t);
    const node = addNode(world, { phase: "accepted" }, "n1");
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const any = world.enrolTokens.issue({ role: "worker", uses: 1, createdBy: "test", expiresAt }, new Date()).token;
    const callHome = { ...caller(node), ...(kind === "a token for any machine" && { token: any }) };
    const refused = { code: "TOKEN_INVALID", message: "token: this token has been used already" };
    engine.cancel((await receive(callHome)).job.id, "test");
    const told = () => world.events.ofType("node.call-home-refused", 0);

    await assert.rejects(receive({ ...callHome, ip_address: "10.0.0.8", ssh_host_key: hostKey("thief") }), refused);
    assert.deepEqual(told(), [], "a machine without its key is not that node");

    for (const ip_address of ["10.0.0.9", "10.0.0.9", "10.0.0.10"]) await assert.rejects(receive({ ...callHome, ip_address }), refused);
    assert.equal(world.nodes.findById(node.id)?.address, "10.0.0.1");
    assert.equal(told().length, 1);
    assert.equal(told()[0]?.nodeId, node.id);
    assert.match(told()[0]!.summary, /from 10\.0\.0\.9 .* known address is 10\.0\.0\.1\. .*`muster token create --node n1`/);
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 3_600_001 });
    await assert.rejects(receive({ ...callHome, ip_address: "10.0.0.10" }), { code: "TOKEN_INVALID" });
    assert.equal(told().length, 2);
  });

test("while a job of the node lives, a new token is not spent", async (t) => {
  const { world, engine, caller, receive } = door(t);
  const node = addNode(world, { phase: "accepted" }, "n1");
  const { job } = await receive(caller(node));
  const next = caller(node);
  await assert.rejects(receive(next), { code: "JOB_IN_PROGRESS" });
  assert.equal(world.tokens.look(next.token, new Date()).kind, "fresh");
  engine.cancel(job.id, "test");
  assert.notEqual((await receive(next)).job.id, job.id);
});

test("an address that a machine only states is not taken from a node in service; the machine waits in quarantine", async (t) => {
  const { world, engine, caller, reception, receive } = door(t);
  const same1 = caller(addNode(world, { phase: "accepted" }, "same1"));
  engine.cancel((await receive(same1)).job.id, "test");
  const thief = { ...caller(addNode(world, { phase: "accepted" }, "x5")), ssh_host_key: hostKey("x5") };
  await assert.rejects(receive(thief, "10.0.0.66"), {
    code: "ADDRESS_NOT_ALLOWED",
    message: /is not the address of this connection, 10\.0\.0\.66/,
  });
  await assert.rejects(receive(thief, "10.9.0.1"), { code: "MACHINE_QUARANTINED" });
  assert.equal(world.nodes.findByName("same1")?.address, "10.0.0.1");
  assert.match(reception.quarantine.list(false)[0]?.reason ?? "", /reports the address of same1, 10\.0\.0\.1, from elsewhere/);
  const elsewhere = { ...thief, ip_address: "10.0.0.5" };
  assert.equal((await receive(elsewhere, "10.9.0.1")).node.address, "10.0.0.5", "through NAT, a free address is taken as stated");
});

test("a lease of Muster proves the address of a machine that calls through NAT", async (t) => {
  const { world, engine, caller, receive } = door(t);
  engine.cancel((await receive(caller(addNode(world, { phase: "accepted" }, "old1")))).job.id, "test");
  const next = caller(addNode(world, { phase: "accepted" }, "new1"));
  world.leases.save({ mac: next.mac, address: next.ip_address, state: "bound", expiresAt: Date.now() + 60_000 });
  assert.equal((await receive(next, "10.9.0.1")).node.address, "10.0.0.1");
  assert.equal(world.nodes.findByName("old1")?.address, undefined);
});

test("a machine with the SSH host key of another node waits in quarantine, and the other node keeps its address", async (t) => {
  const { world, engine, caller, reception, receive } = door(t);
  const first = caller(addNode(world, { phase: "accepted" }, "n1"));
  engine.cancel((await receive(first)).job.id, "test");
  const copy = { ...caller(addNode(world, { phase: "accepted" }, "n2")), ip_address: "10.0.0.8", ssh_host_key: first.ssh_host_key };
  await assert.rejects(receive(copy), { code: "MACHINE_QUARANTINED" });
  assert.match(reception.quarantine.list(false)[0]?.reason ?? "", /has the SSH host key of n1/);
});

test("a machine that reports an address of the control node, or another machine's, keeps its token and may call again", async (t) => {
  const { world, caller, receive } = door(t);
  const report = caller(addNode(world, { phase: "accepted" }, "n1"));
  for (const [claimed, sender] of [
    ["10.0.0.2", "10.0.0.2"],
    ["10.0.0.1", "10.0.0.3"],
    ["10.255.255.255", "10.255.255.255"],
  ] as const)
    await assert.rejects(receive({ ...report, ip_address: claimed }, sender), { code: "ADDRESS_NOT_ALLOWED" });
  assert.equal((await receive(report)).node.name, "n1");
});

for (const [what, hosts] of [
  ["a range", '"db[1:3]": '],
  ["a range of letters", '"[c:e]b2": '],
  ["a range with steps", '"db[2:9:2]": '],
  ["a range with a port", '"db[1:3]:2222": '],
  ["a host with a port", '"db2:2222": '],
  ["an alias", "*shared"],
  ["a merge", "{ <<: *shared }"],
  ["a text", "db2"],
] as const)
  test(`a new machine gets no name that the inventory gives to others by ${what}`, async (t) => {
    const { world, inventoryFile, reception } = door(t);
    const text = `all:\n  vars: { shared: &shared { db2: , cb2: } }\n  children:\n    databases:\n      hosts: ${/^[*{d]/.test(hosts) ? hosts : `{ ${hosts} }`}\n`;
    writeFileSync(inventoryFile, text);
    const { token } = world.enrolTokens.issue(
      { role: "worker", uses: 5, createdBy: "bea", expiresAt: new Date(Date.now() + 60_000).toISOString() },
      new Date(),
    );
    const call = CallHome.parse({ ip_address: "10.0.0.9", hostname: "db2", token, mac: "52:54:00:00:00:99", ssh_host_key: hostKey("x") });
    await assert.rejects(reception.receive(call, "10.0.0.9"), { code: "MACHINE_QUARANTINED" });
    assert.equal(readFileSync(inventoryFile, "utf8"), text);
    const kept = reception.quarantine.list(false)[0];
    await assert.rejects(reception.release(kept?.id ?? "", { name: "db2", replace: false }, "bea"), { code: "NODE_NAME_TAKEN" });
  });
