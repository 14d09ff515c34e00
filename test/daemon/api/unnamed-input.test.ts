/** Fields that the contract of a route does not name, in the query or the body, change neither the action nor the audit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AuditLog } from "../../../daemon/audit/log.ts";
import type { Route } from "../../../daemon/contract/route.ts";
import { routes } from "../../../daemon/contract/routes.ts";
import { type Served, serve } from "../../support/dhcp/served.ts";
import { addNode } from "../../support/world.ts";

const subjects = ({ world }: Served) => [...new Set(new AuditLog(world.db).list().map(({ subject }) => subject))];

test("the path alone decides which key is revoked, and the audit names this key", async (t) => {
  const served = await serve(t);
  const { world, request, key } = served;
  const admin = key("admin");
  const other = world.keys.create("other", "viewer", new Date());
  for (const more of ["?id=OTHER", "?id=OTHER&id=OTHER", "?__proto__=OTHER&id=OTHER"]) {
    const meant = world.keys.create(`meant ${more.length}`, "viewer", new Date());
    const path = `/api/keys/${meant.key.id}${more.replaceAll("OTHER", other.key.id)}`;
    const { status, text } = await request(path, { method: "DELETE", key: admin });
    assert.equal(status, 200, text);
    assert(text.includes(meant.key.id), text);
    assert.equal(world.keys.authenticate(meant.secret, new Date()), undefined);
    assert(world.keys.authenticate(other.secret, new Date()), `${path} revoked the key in the query`);
    assert(subjects(served).includes(`key ${meant.key.id}`));
    assert(!subjects(served).includes(`key ${other.key.id}`));
  }
});

test("the body of a route without a body schema changes neither the action nor the summary in the audit", async (t) => {
  const { world, request, key } = await serve(t);
  const [meant, other] = [world.keys.create("meant", "viewer", new Date()), world.keys.create("other", "viewer", new Date())];
  const body = JSON.stringify({ id: other.key.id, role: "admin" });
  assert.equal((await request(`/api/keys/${meant.key.id}`, { method: "DELETE", body, key: key("admin") })).status, 200);
  assert(world.keys.authenticate(other.secret, new Date()), "the key in the body was revoked");
  assert(new AuditLog(world.db).list().every(({ summary }) => !summary.includes("admin")));
});

test("a query does not choose another node than the path", async (t) => {
  const { world, request, key } = await serve(t);
  for (const name of ["n1", "n2", "n3"]) addNode(world, { phase: "armed", profile: "preseed", until: "2030-01-01T00:00:00Z" }, name);
  const operator = key("operator");
  for (const more of ["?node=n2", "?node=n2&node=n3", "?NODE=n2&node[]=n3"]) {
    const { status, body } = await request(`/api/nodes/n1${more}`, { key: operator });
    assert.equal(status, 200);
    assert.equal((body as { name: string }).name, "n1");
  }
  assert.equal((await request("/api/nodes/n1/disarm?node=n3", { method: "POST", key: operator })).status, 200);
  const phases = ["n1", "n2", "n3"].map((name) => world.nodes.findByName(name)?.state.phase);
  assert.deepEqual(phases, ["accepted", "armed", "armed"]);
});

test("a query cannot add fields that the body left out", async (t) => {
  const { world, request, key } = await serve(t);
  const node = addNode(world, { phase: "accepted" }, "n1");
  const admin = key("admin");
  const post = (body: object) => ({ method: "POST", body: JSON.stringify(body), key: admin });
  assert.equal((await request("/api/nodes/n1/quirks?evil=1&blockSize=1", post({ loader: "ipxe" }))).status, 200);
  const quirks = await request("/api/netboot/quirks", { key: admin });
  assert.equal(quirks.status, 200, quirks.text);
  assert(!/evil|blockSize/.test(quirks.text), quirks.text);

  const made = await request("/api/keys?owner=bob%0A%E2%80%AE&expiresAt=never", post({ name: "laptop", role: "viewer" }));
  assert.equal(made.status, 201, made.text);
  assert.equal((made.body as { owner: string }).owner, world.keys.authenticate(admin, new Date())?.owner);

  const added = await request("/api/nodes?name=all", post({ mac: "52:54:00:00:00:77" }));
  assert(added.status === 201 || added.status === 400, added.text);
  assert(!added.text.includes('"all"'), added.text);
  assert.equal(world.nodes.findById(node.id)?.name, "n1");
});

test("no route names the same field in its path, its query and its body, and every path parameter has a schema", () => {
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const params = Object.keys(route.params?.shape ?? {});
    const fields = [...params, ...Object.keys(route.query?.shape ?? {}), ...Object.keys(Object(route.body).shape ?? {})];
    assert.equal(new Set(fields).size, fields.length, `${name} names a field twice`);
    const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, param]) => param);
    assert.deepEqual(inPath.sort(), params.sort(), name);
  }
});
