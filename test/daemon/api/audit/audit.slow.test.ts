/** Requests in the audit: changes with their outcome, logins and refusals. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { AuditLog } from "../../../../daemon/audit/log.ts";
import type { Job } from "../../../../daemon/contract/jobs/job.ts";
import { routes } from "../../../../daemon/contract/routes.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { serve } from "../../../support/dhcp/served.ts";
import { addNode, type World } from "../../../support/world.ts";

/** The records, oldest first, without fields that differ in each run. */
const records = ({ db }: World) =>
  new AuditLog(db)
    .list()
    .toReversed()
    .map(({ action, actor, subject, result }) => [action, actor.name, subject, result]);

const job: Job = {
  id: "job-7",
  kind: "ansible",
  playbook: "playbook.yaml",
  nodeId: "",
  nodeName: "",
  status: "queued",
  attempt: 1,
  requestedBy: "",
  createdAt: "2026-11-21T00:00:00Z",
};

const post = (body: object = {}) => ({ method: "POST", body: JSON.stringify(body) });

test("a change is recorded before it is made and after, with who, what and the result", async (t) => {
  const { world, key, request } = await serve(t);
  addNode(world, { phase: "discovered" }, "n1");
  const operator = key("operator");
  assert.equal((await request("/api/nodes/n1/accept", { ...post({ disk: "/dev/sda" }), key: operator })).status, 200);
  assert.equal((await request("/api/nodes/n9/arm", { ...post(), key: operator })).status, 404);
  await request("/api/nodes", { key: operator });
  const [proposal, decision, ...later] = records(world);
  assert.deepEqual([proposal?.[0], decision?.[0], decision?.[3]], ["proposal", "decision", "allow"]);
  assert.deepEqual(later, [
    ["intent", "operator-1", "node n1", "done"],
    ["outcome", "operator-1", "node n1", "done"],
    ["intent", "operator-1", "node n9", "NODE_NOT_FOUND"],
    ["outcome", "operator-1", "node n9", "NODE_NOT_FOUND"],
  ]);
  const [, , accepted] = new AuditLog(world.db).list();
  assert.equal(accepted?.summary, "Accept a discovered machine and, if a name is given, name it (disk /dev/sda)");
});

test("an intent is on disk while its change is at work, and reads unknown if it has no outcome", async (t) => {
  let during: ReturnType<typeof records> = [];
  const { world, key, request } = await serve(t, {
    wake: async () => {
      await setTimeout(5); // a later timestamp proves that the work began after this intent
      during = records(world);
      throw new MusterError("POWER_UNKNOWN", "the executor is gone");
    },
  });
  addNode(world, { phase: "accepted" }, "n1");
  await request("/api/nodes/n1/wake", { ...post(), key: key("operator") });
  assert.deepEqual(during.at(-1), ["intent", "operator-1", "node n1", "unknown"]);
  assert.deepEqual(
    during.map(([action]) => action),
    ["proposal", "decision", "intent"],
  );
});

test("a change that cannot be recorded is not made", async (t) => {
  let woken = 0;
  const { world, key, request } = await serve(t, {
    wake: async () => {
      woken += 1;
      return "woken";
    },
  });
  addNode(world, { phase: "accepted" }, "n1");
  const operator = key("operator");
  assert.equal((await request("/api/nodes/n1/wake", { ...post(), key: operator })).status, 202);
  world.db.pragma("query_only = ON");
  assert.equal((await request("/api/nodes/n1/wake", { ...post(), key: operator })).status, 500);
  assert.equal(woken, 1);
});

test("work that jobs still have to do is accepted, and the jobs are named", async (t) => {
  const { world, key, request } = await serve(t, {
    provision: async (node, requestedBy) => ({ ...job, nodeId: node.id, nodeName: node.name, requestedBy }),
  });
  addNode(world, { phase: "accepted" }, "n1");
  assert.equal((await request("/api/nodes/n1/reprovision", { ...post(), key: key("operator") })).status, 202);
  const [outcome] = new AuditLog(world.db).list();
  assert.deepEqual([outcome?.result, outcome?.subject], ["accepted", "node n1"]);
  assert.match(outcome?.summary ?? "", /: job job-7$/);
});

test("keys made and ended are named by their ids, and no secret is in the audit", async (t) => {
  const { world, key, request } = await serve(t);
  const admin = key("admin");
  const { body } = await request("/api/keys", { ...post({ name: "ci", role: "viewer" }), key: admin });
  const { id, key: secret } = body as { id: string; key: string };
  await request(`/api/keys/${id}`, { method: "DELETE", key: admin });
  assert.deepEqual(
    records(world).filter(([action]) => action !== "intent"),
    [
      ["key-created", "admin-1", `key ${id}`, "done"],
      ["key-revoked", "admin-1", `key ${id}`, "done"],
    ],
  );
  const texts = world.db.prepare<[], { all: string }>("SELECT group_concat(record) AS [all] FROM audit").get()!.all;
  assert.ok(!texts.includes(secret) && !texts.includes(admin));
});

test("logins and failed logins are recorded, with the address of the failed login", async (t) => {
  const { world, key, request } = await serve(t);
  await request(routes.login.path, post({ key: key("viewer") }));
  await request(routes.login.path, post({ key: "mk_wrong" }));
  const [{ id } = { id: "" }] = world.keys.list();
  assert.deepEqual(records(world), [
    ["login", "viewer-1", `key ${id}`, undefined],
    ["login-failed", "127.0.0.1", "POST /api/session", "KEY_INVALID"],
  ]);
});

test("a refused caller is recorded by name or address, and repeats are only counted", async (t) => {
  const { world, key, request, listen } = await serve(t);
  const viewer = key("viewer");
  for (let n = 0; n < 20; n++) await request("/api/nodes/n1/arm", { ...post(), key: viewer });
  await request("/api/nodes");
  await request("/api/nodes", { key: "mk_wrong" });
  await once(listen({ authorization: "Bearer mk_wrong" }), "close");
  assert.deepEqual(records(world), [
    ["refusal", "viewer-1", "POST /api/nodes/:node/arm", "NOT_ALLOWED"],
    ["refusal", "127.0.0.1", "GET /api/nodes", "KEY_MISSING"],
    ["refusal", "127.0.0.1", "GET /api/nodes", "KEY_INVALID"],
    ["refusal", "127.0.0.1", "GET /ws", "KEY_INVALID"],
  ]);
});

test("invalid or too frequent requests of an agent are recorded with their sender; invalid reads of others are not", async (t) => {
  const { world, key, request } = await serve(t, { limits: { sensitive: 10, normal: 3, reading: 100 } });
  const agent = key("agent");
  await request("/api/proposals", { ...post({ goal: "everything" }), key: agent });
  await request("/api/proposals", { ...post(), headers: { authorization: `Bearer ${agent}`, "x-on-behalf-of": "b".repeat(61) } });
  const wish = { goal: { kind: "tool", tool: "load" }, targets: ["n1"] };
  await request("/execute-plan", { method: "POST", body: '{"plan": ', key: agent });
  await request("/api/proposals", { ...post(wish), headers: { authorization: `Bearer ${agent}`, "idempotency-key": "with a space" } });
  for (let n = 0; n < 3; n++) await request("/api/proposals", { ...post(wish), key: agent });
  await request("/api/events?since=never", { key: key("viewer") });
  assert.deepEqual(
    records(world).map(([action, , subject, result]) => [action, subject, result]),
    [
      ["refusal", "POST /api/proposals", "REQUEST_INVALID"],
      ["refusal", "POST /execute-plan", "REQUEST_INVALID"],
      ["refusal", "POST /api/proposals", "RATE_LIMITED"],
    ],
  );
  assert.ok(records(world).every(([, name]) => name === "agent-1"));
});

test("an agent with a session of the page also acts in the name of its person", async (t) => {
  const { world, key, request } = await serve(t);
  const { headers, body } = await request(routes.login.path, post({ key: key("agent") }));
  const session = { cookie: headers.get("set-cookie") ?? "", "x-csrf-token": (body as { csrfToken: string }).csrfToken };
  assert.equal((await request("/api/nodes/n1/arm", { ...post(), headers: session })).status, 403);
  assert.deepEqual(
    new AuditLog(world.db).list({ action: "refusal" }).map(({ actor }) => [actor.name, actor.onBehalfOf]),
    [["agent-1", "agent-1"]],
  );
});

test("every route that changes something and asks who it is either is recorded here or says that it records itself", () => {
  const itself = Object.entries(routes).flatMap(([name, route]) => ("recordsItself" in route ? [name] : []));
  assert.deepEqual(itself.sort(), [
    "cancelExecution",
    "eraseFromAudit",
    "executePlan",
    "propose",
    "resumeExecution",
    "voteApproval",
    "withdrawApproval",
  ]);
});

test("the audit is listed by person and action, exported in pages, and a person is erased from it", async (t) => {
  const { world, key, request } = await serve(t);
  addNode(world, { phase: "discovered" }, "n1");
  await request("/api/nodes/n1/accept", { ...post(), key: key("operator") });
  const admin = key("admin");
  const found = async (query: string) =>
    ((await request(`/api/audit?${query}`, { key: admin })).body as { seq: number }[]).map(({ seq }) => seq);
  assert.deepEqual(await found("user=operator-1"), [4, 3, 2, 1]);
  assert.deepEqual(await found("action=outcome&user=operator-1"), [4]);
  assert.deepEqual(await found("since=2099-01-01T00:00:00Z"), []);
  assert.equal((await request("/api/audit?action=nothing", { key: admin })).status, 400);
  const pages = [];
  for (let after = 0; after < 2; after++) pages.push((await request(`/api/audit/export?after=${after}&limit=1`, { key: admin })).text);
  assert.deepEqual(
    pages.map((line) => JSON.parse(line).record.seq),
    [1, 2],
  );
  assert.equal((await request("/api/audit/erasures", { ...post({ name: "operator-1" }), key: admin })).status, 200);
  assert.equal((await request("/api/audit/erasures", { ...post({ name: "operator-1" }), key: admin })).status, 400);
  assert.deepEqual(
    records(world).map(([action, name]) => [action, name]),
    [...["proposal", "decision", "intent", "outcome"].map((action) => [action, "(erased)"]), ["erasure", "admin-2"]],
  );
});
