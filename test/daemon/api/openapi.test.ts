import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import type { Route } from "../../../daemon/contract/route.ts";
import { routes } from "../../../daemon/contract/routes.ts";
import { serve } from "../../support/dhcp/served.ts";

const Operation = z.object({ summary: z.string(), responses: z.record(z.string(), z.unknown()), requestBody: z.unknown().optional() });
const OpenApi = z.object({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), Operation)) });

test("every route is in the OpenAPI document, with what it takes, answers and refuses", async (t) => {
  const served = await serve(t);
  const { status, body } = await served.request("/api/openapi.json", { key: served.key("node") });
  assert.equal(status, 200);
  const { paths } = OpenApi.parse(body);
  for (const route of Object.values(routes) as Route[]) {
    const operation = paths[route.path.replace(/:(\w+)/g, "{$1}")]?.[route.method.toLowerCase()];
    assert.equal(operation?.summary, route.summary, `${route.method} ${route.path}`);
    const answers = new Set([
      String(route.status ?? 200),
      ...(route.byHand ? ["202"] : []),
      ...(route.otherwise ?? []).map(String),
      "4XX",
      "5XX",
    ]);
    assert.deepEqual(Object.keys(operation?.responses ?? {}).sort(), [...answers].sort(), route.path);
    assert.equal(operation?.requestBody !== undefined, route.body !== undefined, route.path);
  }
});

test("metrics name every phase and status, also empty ones", async (t) => {
  const served = await serve(t);
  const { status, text } = await served.request("/metrics", { key: served.key("node") });
  assert.equal(status, 200);
  for (const line of ['muster_nodes{phase="ready"} 0', 'muster_nodes{phase="armed"} 0', 'muster_jobs{kind="ansible",status="failed"} 0'])
    assert.ok(text.includes(line), line);
});

test("metrics and the OpenAPI document take a key of any role, or none where the configuration opens them", async (t) => {
  const closed = await serve(t);
  const open = await serve(t, { openMetrics: true });
  for (const path of ["/metrics", "/api/openapi.json"]) {
    assert.equal((await closed.request(path)).status, 401, path);
    assert.equal((await closed.request(path, { key: "mk_wrong" })).status, 401, path);
    assert.equal((await closed.request(path, { key: closed.key("node") })).status, 200, path);
    assert.equal((await open.request(path)).status, 200, path);
  }
});
