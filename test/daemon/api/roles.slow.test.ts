/** Every route of the real server is requested by every kind of caller, and each answer is checked. */
import assert from "node:assert/strict";
import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { FastifyInstance } from "fastify";
import { Role } from "../../../daemon/contract/admin/key.ts";
import { ErrorBody, type Route } from "../../../daemon/contract/route.ts";
import { type RouteName, routes } from "../../../daemon/contract/routes.ts";
import { inventoryFor } from "../../../daemon/machines/inventory/editing.ts";
import { followReleases } from "../../../daemon/netboot/dhcp/lease-releases.ts";
import { diskUsage } from "../../support/changes/changes.ts";
import { type Served, serve } from "../../support/dhcp/served.ts";
import { silentLog } from "../../support/log.ts";
import { written } from "../../support/machines/inventory-file.ts";
import { jobOf, requests, unused } from "../../support/requests.ts";
import { addNode } from "../../support/world.ts";

/** The callers in each group of the table below. */
const may = {
  everyone: ["nobody", ...Role.options, "an expired key", "an expired session"],
  "any key": Role.options,
  readers: ["agent", "viewer", "operator", "admin"],
  proposers: ["agent", "operator", "admin"],
  operators: ["operator", "admin"],
  admins: ["admin"],
} satisfies Record<string, readonly string[]>;

/** Every route of the server, in the contract or not, with the group that may call it. A missing route fails the test. */
const table: Record<string, keyof typeof may> = {
  // The page and its files.
  "GET /*": "everyone",
  "GET /health": "everyone",
  "GET /metrics": "any key",
  "GET /api/openapi.json": "any key",
  "GET /ws": "readers",
  "POST /api/session": "everyone",
  "GET /api/session": "readers",
  "DELETE /api/session": "readers",
  "GET /api/status": "readers",
  "GET /api/events": "readers",
  "GET /api/explain/:mac": "readers",
  "GET /api/nodes": "readers",
  "POST /api/nodes": "operators",
  "GET /api/nodes/:node": "readers",
  "GET /api/nodes/:node/events": "readers",
  "GET /api/nodes/:node/capture": "operators",
  "GET /api/nodes/:node/power": "operators",
  "POST /api/nodes/:node/power": "operators",
  "POST /api/nodes/:node/accept": "operators",
  "POST /api/nodes/:node/arm": "operators",
  "POST /api/nodes/:node/disarm": "operators",
  "POST /api/nodes/:node/reprovision": "operators",
  "POST /api/nodes/:node/retire": "operators",
  "POST /api/nodes/forget": "operators",
  "POST /api/nodes/:node/replaced": "operators",
  "POST /api/nodes/:node/cards": "operators",
  "DELETE /api/nodes/:node/cards/:mac": "operators",
  "POST /api/nodes/:node/wake": "operators",
  "POST /api/nodes/:node/promote": "operators",
  "POST /api/nodes/:node/rescue": "operators",
  "DELETE /api/nodes/:node/rescue": "operators",
  "POST /api/nodes/:node/wipe": "operators",
  "POST /api/nodes/:node/quirks": "operators",
  "DELETE /api/nodes/:node/quirks": "operators",
  "GET /api/jobs": "readers",
  "GET /api/jobs/:id": "readers",
  "GET /api/jobs/:id/output": "readers",
  "POST /api/jobs/:id/cancel": "operators",
  "GET /api/playbooks": "readers",
  "POST /api/runs": "operators",
  "GET /api/runbooks": "readers",
  "GET /api/tools": "readers",
  "POST /api/proposals": "proposers",
  "GET /api/plans/:id": "readers",
  "GET /api/approvals": "readers",
  "GET /api/approvals/:id": "readers",
  "POST /api/approvals/:id/vote": "operators",
  "POST /api/approvals/:id/withdraw": "proposers",
  "GET /api/executions": "readers",
  "GET /api/executions/:id": "readers",
  "POST /api/executions/:id/cancel": "operators",
  "POST /api/executions/:id/resume": "operators",
  "POST /execute-plan": "proposers",
  "GET /api/schedules": "readers",
  "POST /api/schedules": "operators",
  "DELETE /api/schedules/:name": "operators",
  "POST /api/schedules/:name/approve": "admins",
  "GET /api/alerts": "readers",
  "GET /api/racks": "readers",
  "POST /api/racks": "operators",
  "DELETE /api/racks/:rack": "operators",
  "POST /api/nodes/:node/place": "operators",
  "DELETE /api/nodes/:node/place": "operators",
  "GET /api/log": "operators",
  "GET /api/doctor": "readers",
  "GET /api/models": "readers",
  "GET /api/models/:model/plan": "readers",
  "GET /api/web_uis": "readers",
  "GET /api/cluster": "readers",
  "GET /api/notifications": "readers",
  "GET /api/audit": "admins",
  "GET /api/audit/export": "admins",
  "POST /api/audit/erasures": "admins",
  "GET /api/keys": "admins",
  "POST /api/keys": "admins",
  "DELETE /api/keys/:id": "admins",
  "GET /api/tokens": "operators",
  "POST /api/tokens": "operators",
  "DELETE /api/tokens/:id": "operators",
  "GET /enrol/:token": "everyone",
  "GET /api/quarantine": "readers",
  "POST /api/quarantine/:id/release": "operators",
  "POST /api/quarantine/:id/discard": "operators",
  "POST /api/ready-for-provisioning": "everyone",
  "GET /api/provisioning/status": "readers",
  "GET /api/provisioning/status/:hostname": "readers",
  "GET /api/inventory": "operators",
  "POST /api/inventory/groups/:group/:node": "operators",
  "DELETE /api/inventory/groups/:group/:node": "operators",
  "POST /api/inventory/variables": "operators",
  "POST /api/inventory/variables/unset": "operators",
  "GET /api/netboot/leases": "readers",
  "POST /api/netboot/leases/:address/release": "operators",
  "GET /api/netboot/quirks": "readers",
};

/** The routes that are registered on any instance of the server. */
const registered = new Set<string>();
subscribe("fastify.initialization", (message) => {
  const { fastify } = message as { fastify: FastifyInstance };
  fastify.addHook("onRoute", ({ method, url }) => {
    for (const each of [method].flat()) registered.add(`${each} ${url}`);
  });
});

async function start(t: TestContext): Promise<Served> {
  const pageRoot = mkdtempSync(join(tmpdir(), "muster-roles-"));
  t.after(() => rmSync(pageRoot, { recursive: true }));
  writeFileSync(join(pageRoot, "index.html"), "");
  const served: Served = await serve(t, {
    pageRoot,
    inventory: { ...inventoryFor(written(t).inventory), after: () => () => [], change: async () => undefined },
    limits: { sensitive: 1000, normal: 1000, reading: 1000 },
    provision: async (target) => jobOf(target),
    playbooks: () => ({ playbooks: [{ name: "look", does: "Looks.", readOnly: true, sha256: "0" }], refused: [] }),
    run: (targets) => targets.map(jobOf),
    cancel: (id) => served.world.jobs.find(id) ?? assert.fail("no such job"),
    receive: async () => {
      const target = addNode(served.world, { phase: "accepted" });
      return { node: target, job: jobOf(target) };
    },
    explain: (mac) => ({
      mac,
      phase: "unknown",
      seen: [],
      dhcp: { answer: "", rules: [], journal: [] },
      script: { action: "wait", reason: "", text: "" },
    }),
  });
  const { leases } = served.world;
  // Releases addresses as netboot does, without pools.
  const releases = followReleases({ leases, pools: () => [], settled: async () => undefined, log: silentLog }, 10);
  t.after(() => releases.close());
  return served;
}

/** The headers of each caller. They are new for each request, so that requests do not share a session or a limit. */
const callers: Record<string, (served: Served) => Record<string, string>> = {
  nobody: () => ({}),
  ...Object.fromEntries(Role.options.map((role) => [role, ({ key }: Served) => ({ authorization: `Bearer ${key(role)}` })])),
  "an expired key": ({ world }) => {
    const anHourAgo = new Date(Date.now() - 3_600_000);
    const { secret } = world.keys.create(unused(), "admin", anHourAgo, { expiresAt: new Date(Date.now() - 1000).toISOString() });
    return { authorization: `Bearer ${secret}` };
  },
  "an expired session": ({ world }) => {
    const longAgo = new Date(Date.now() - 3_601_000);
    const { secret, csrfToken } = world.keys.openSession(world.keys.create(unused(), "admin", longAgo).key.id, longAgo);
    return { cookie: `muster_session=${secret}`, "x-csrf-token": csrfToken };
  },
};

const outsideTheContract: Record<string, string> = {
  "GET /*": "/",
  "GET /metrics": "/metrics",
  "GET /api/openapi.json": "/api/openapi.json",
};

async function ask(served: Served, route: string, headers: Record<string, string>): Promise<number> {
  if (route === "GET /ws") return listening(served, headers);
  const [name, { method, path: pattern } = { method: "GET", path: route.slice("GET ".length) }] =
    (Object.entries(routes) as [RouteName, Route][]).find(([, { method, path }]) => `${method} ${path}` === route) ?? [];
  const { path, body } = name ? requests[name](served) : { path: outsideTheContract[route] ?? pattern, body: undefined };
  const answer = await served.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (answer.status >= 400) {
    const { error, message } = ErrorBody.parse(answer.body);
    assert.ok(error.code && error.hint && error.message === message, `${route}: ${answer.text}`);
  }
  return answer.status;
}

/** 200 if the feed sends its hello, else the HTTP status that matches the close reason. */
async function listening({ listen }: Served, headers: Record<string, string>): Promise<number> {
  const socket = listen(headers);
  const heard = await Promise.race([once(socket, "message").then(() => 200), once(socket, "close").then(([, reason]) => String(reason))]);
  socket.close();
  return typeof heard === "number" ? heard : /the role/.test(heard) ? 403 : 401;
}

const statusOf = new Map((Object.values(routes) as Route[]).map(({ method, path, status = 200 }) => [`${method} ${path}`, status]));

// The approval belongs to another requester, so a caller with the right role gets this status.
statusOf.set("POST /api/approvals/:id/withdraw", 409);

for (const [caller, headersOf] of Object.entries(callers)) {
  test(`${caller} gets what ${caller} may have, and no more`, async (t) => {
    const served = await start(t);
    const refused = (Role.options as string[]).includes(caller) ? 403 : 401;
    const expected: Record<string, number> = {};
    const found: Record<string, number> = {};
    for (const [route, group] of Object.entries(table)) {
      expected[route] = (may[group] as readonly string[]).includes(caller) ? (statusOf.get(route) ?? 200) : refused;
      found[route] = await ask(served, route, headersOf(served));
    }
    assert.deepEqual(found, expected);
  });
}

test("every route the server has is in the table, and no other", async (t) => {
  await start(t);
  const got = [...registered].filter((route) => !(route.startsWith("HEAD ") && registered.has(route.replace("HEAD", "GET"))));
  assert.deepEqual(got.sort(), Object.keys(table).sort());
});

test("an agent changes nothing, whatever it calls: it reads and it proposes", () => {
  const changing = Object.entries(table).filter(
    ([route, group]) => !route.startsWith("GET ") && (may[group] as readonly string[]).includes("agent"),
  );
  assert.deepEqual(
    changing.map(([route]) => route).sort(),
    [
      "DELETE /api/session",
      "POST /api/approvals/:id/withdraw",
      "POST /api/proposals",
      "POST /api/ready-for-provisioning",
      "POST /api/session",
      "POST /execute-plan",
    ].sort(),
  );
});

test("a change refused for the role changes nothing", async (t) => {
  const served = await start(t);
  const target = addNode(served.world, { phase: "accepted" });
  const before = served.world.events.lastSeq();
  for (const role of ["viewer", "agent", "node"] as const) {
    assert.equal((await served.request(`/api/nodes/${target.name}/arm`, { method: "POST", key: served.key(role) })).status, 403);
  }
  assert.equal(served.world.events.lastSeq(), before);
  assert.deepEqual(served.world.nodes.findById(target.id), target);
});

test("a caller without permission learns nothing about valid input", async (t) => {
  const served = await start(t);
  const broken = { method: "POST", body: "{" };
  assert.equal((await served.request("/api/keys", broken)).status, 401);
  assert.equal((await served.request("/api/keys", { ...broken, key: served.key("operator") })).status, 403);
  assert.equal((await served.request("/api/nodes/no-such-node", { key: served.key("node") })).status, 403);
});

test("an agent proposes in the name of a person: of its header, else of its key's owner; other callers' headers do not count", async (t) => {
  const served = await start(t);
  const { secret } = served.world.keys.create(unused(), "agent", new Date(), { owner: "alice" });
  const proposed = async (authorization: string, headers: Record<string, string> = {}) => {
    const body = JSON.stringify(diskUsage(served.lab.node(unused()).name));
    const answer = await served.request("/api/proposals", { method: "POST", body, headers: { authorization, ...headers } });
    return answer.status === 202 ? (answer.body as { work: { onBehalfOf?: string } }).work.onBehalfOf : answer.status;
  };
  assert.equal(await proposed(`Bearer ${secret}`), "alice");
  assert.equal(await proposed(`Bearer ${secret}`, { "x-on-behalf-of": "bob" }), "bob");
  assert.equal(await proposed(`Bearer ${secret}`, { "x-on-behalf-of": "b".repeat(61) }), 400);
  assert.equal(await proposed(`Bearer ${served.key("operator")}`, { "x-on-behalf-of": "bob" }), undefined);
});
