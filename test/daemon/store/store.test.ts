import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import { openDatabase } from "../../../daemon/store/database.ts";
import { sha256 } from "../../../daemon/store/secrets.ts";
import { addNode, openWorld } from "../../support/world.ts";

const job = (nodeId: string, id: string): Job => ({
  id,
  kind: "ansible",
  playbook: "playbook.yaml",
  nodeId,
  nodeName: "n1",
  status: "queued",
  attempt: 1,
  requestedBy: "test",
  createdAt: new Date().toISOString(),
});

test("a node is found by id, name and MAC address, with its last event", () => {
  const world = openWorld();
  const node = addNode(world);
  for (const found of [world.nodes.findById(node.id), world.nodes.findByName(node.name), world.nodes.findByMac(node.macs[0]!)]) {
    assert.equal(found?.id, node.id);
    assert.equal(found?.lastEvent?.type, "node.discovered");
  }
});

test("nodes are found by an address that more than one has, and those without any are named", () => {
  const world = openWorld();
  for (const [name, address] of [
    ["n1", "10.0.0.1"],
    ["n2", "10.0.0.2"],
    ["n3", "10.0.0.1"],
    ["n4", undefined],
  ] as const) {
    const { id } = addNode(world, { phase: "discovered" }, name);
    world.registry.update(id, (was) => ({
      node: { ...was, ...(address && { address }) },
      event: { source: "control", type: "node.changed", summary: "changed by the test" },
    }));
  }
  const names = (address: string) => world.nodes.findByAddress(address).map(({ name }) => name);
  assert.deepEqual(names("10.0.0.1").toSorted(), ["n1", "n3"]);
  assert.deepEqual(names("10.0.0.9"), []);
  assert.deepEqual(world.nodes.namesWithoutAddress(), ["n4"]);
});

test("two nodes cannot have one name", () => {
  const world = openWorld();
  addNode(world, { phase: "discovered" }, "n1");
  assert.throws(() => addNode(world, { phase: "discovered" }, "n1"), { code: "NODE_NAME_TAKEN" });
  assert.equal(world.nodes.list().length, 1);
});

test("a change that throws leaves node and events as they were", () => {
  const world = openWorld();
  const node = addNode(world);
  const before = world.events.lastSeq();
  assert.throws(
    () =>
      world.registry.update(node.id, () => {
        throw new Error("no");
      }),
    /no/,
  );
  assert.equal(world.events.lastSeq(), before);
  assert.deepEqual(world.nodes.findById(node.id), node);
});

test("a node has at most one live job, even where the code forgot to look", () => {
  const world = openWorld();
  const node = addNode(world);
  world.jobs.add(job(node.id, "one"));
  assert.throws(() => world.jobs.add(job(node.id, "two")), { code: "JOB_IN_PROGRESS" });
  assert.throws(
    () =>
      world.db
        .prepare(
          "INSERT INTO jobs (id, kind, playbook, node_id, node_name, status, attempt, requested_by, created_at) VALUES ('x','ansible','p',?,'n','running',1,'t','now')",
        )
        .run(node.id),
    /UNIQUE/,
  );
  world.jobs.save({ ...job(node.id, "one"), status: "succeeded" });
  world.jobs.add(job(node.id, "two"));
});

test("a token is redeemed once and stores the machine that redeemed it", () => {
  const world = openWorld();
  const node = addNode(world);
  const now = new Date();
  const later = new Date(now.getTime() + 1000).toISOString();
  const token = world.tokens.issue(node.id, "install", now, later);
  assert.deepEqual(world.tokens.look(token, now), { kind: "fresh", nodeId: node.id, purpose: "install" });
  assert.deepEqual(world.tokens.look(token, new Date(later)), { kind: "expired", nodeId: node.id });
  world.tokens.redeem(token, "me", now);
  assert.deepEqual(world.tokens.look(token, now), { kind: "redeemed", nodeId: node.id, as: "me" });
  assert.deepEqual(world.tokens.look("f".repeat(64), now), { kind: "unknown" });
});

test("a newer token makes the unused older one worthless", () => {
  const world = openWorld();
  const node = addNode(world);
  const now = new Date();
  const later = new Date(now.getTime() + 1000).toISOString();
  const first = world.tokens.issue(node.id, "install", now, later);
  world.tokens.issue(node.id, "install", now, later);
  assert.equal(world.tokens.look(first, now).kind, "unknown");
});

test("secrets are nowhere in the database", () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-store-"));
  try {
    const world = openWorld(join(folder, "muster.db"));
    const node = addNode(world);
    const now = new Date();
    const token = world.tokens.issue(node.id, "install", now, now.toISOString());
    const { secret } = world.keys.create("alice", "admin", now);
    const session = world.keys.openSession(world.keys.list()[0]!.id, now);
    const dump = JSON.stringify(
      ["nodes", "node_tokens", "keys", "sessions", "events"].map((table) => world.db.prepare(`SELECT * FROM ${table}`).all()),
    );
    for (const hidden of [token, secret, session.secret]) assert.ok(!dump.includes(hidden));
    world.db.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a key opens, a wrong one does not, a session ends after an hour", () => {
  const { keys } = openWorld();
  const now = new Date();
  const { key, secret } = keys.create("alice", "operator", now);
  assert.equal(keys.authenticate(secret, now)?.name, "alice");
  assert.equal(keys.authenticate(`${secret}x`, now), undefined);
  const session = keys.openSession(key.id, now);
  assert.equal(keys.session(session.secret, new Date(now.getTime() + 3_599_000))?.role, "operator");
  assert.equal(keys.session(session.secret, new Date(now.getTime() + 3_600_001)), undefined);
});

test("an address has one lease holder", () => {
  const { leases } = openWorld();
  leases.save({ mac: "52:54:00:00:00:01", address: "10.0.0.9", state: "bound", expiresAt: 1 });
  leases.save({ mac: "52:54:00:00:00:02", address: "10.0.0.9", state: "bound", expiresAt: 2 });
  assert.deepEqual(
    leases.all().map(({ mac }) => mac),
    ["52:54:00:00:00:02"],
  );
});

test("a database of a newer program is refused and left alone", () => {
  const folder = mkdtempSync(join(tmpdir(), "muster-store-"));
  const file = join(folder, "muster.db");
  try {
    const db = openDatabase(file);
    db.pragma("user_version = 9999");
    db.close();
    assert.throws(() => openDatabase(file), { code: "DATABASE_NEWER" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("of a long timeline the newest events are given, oldest of them first", () => {
  const world = openWorld();
  const node = addNode(world);
  for (let n = 0; n < 20; n++) world.events.append({ source: "control", type: "test", summary: `${n}`, nodeId: node.id });
  assert.deepEqual(
    world.events.ofNode(node.id, 0, 3).map(({ summary }) => summary),
    ["17", "18", "19"],
  );
  const [middle] = world.events.ofNode(node.id, 0, 5);
  assert(middle);
  assert.deepEqual(
    world.events.ofNode(node.id, middle.seq, 100).map(({ summary }) => summary),
    ["16", "17", "18", "19"],
  );
});

test("a hash that only begins as the right one opens nothing", () => {
  const { keys, db } = openWorld();
  const now = new Date();
  keys.create("near", "admin", now);
  const near = `${sha256("guess").slice(0, 63)}${sha256("guess").endsWith("0") ? "1" : "0"}`;
  db.prepare("UPDATE keys SET hash = ?").run(near);
  assert.equal(keys.authenticate("guess", now), undefined);
  db.prepare("UPDATE keys SET hash = ?").run(sha256("guess"));
  assert.equal(keys.authenticate("guess", now)?.name, "near");
});

test("a revoked key opens nothing, its sessions end, and its name is free again", () => {
  const world = openWorld();
  const now = new Date();
  const { key, secret } = world.keys.create("ops", "operator", now);
  const session = world.keys.openSession(key.id, now);
  assert.equal(world.keys.revoke(key.id, now), true);
  assert.equal(world.keys.authenticate(secret, now), undefined);
  assert.equal(world.keys.session(session.secret, now), undefined);
  assert.deepEqual(world.keys.list(), []);
  assert.equal(world.keys.revoke(key.id, now), false);
  assert.equal(world.keys.create("ops", "viewer", now).key.name, "ops");
});

test("keys given from outside are valid exactly as long as they are given", () => {
  const world = openWorld();
  const now = new Date();
  const works = (secret: string) => world.keys.authenticate(secret, now)?.role;
  const own = world.keys.create("own", "viewer", now).secret;
  world.keys.adopt([sha256("one"), sha256("two"), sha256("one")], now);
  assert.deepEqual(["one", "two", own].map(works), ["admin", "admin", "viewer"]);
  world.keys.adopt([sha256("two")], now);
  assert.deepEqual(["one", "two", own].map(works), [undefined, "admin", "viewer"]);
  world.keys.adopt([sha256("one")], now);
  assert.deepEqual(["one", "two", own].map(works), ["admin", undefined, "viewer"]);
});

test("an event is one line, whatever a machine or a playbook put into it", () => {
  const world = openWorld();
  world.events.append({ source: "executor", type: "job.task.failed", summary: "a\u001b[31m red\nline\0" });
  assert.equal(world.events.after(0, 1)[0]?.summary, "a [31m red line ");
});
