/** Steps that send HTTP requests, and the addresses that they may not reach. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { PlanLab } from "../../../support/changes/plan-lab.ts";

test("a node whose address is the control node's own loopback is not asked", async (t) => {
  const asked: string[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url ?? "");
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const form = `description: For a test.\nexecution: { method: http, requires_target: true }\nrequest: { verb: GET, url: "http://{target}:${port}/" }\n`;
  const lab = await PlanLab.start(t, [{ name: "n1", group: "dev", address: "127.0.0.1" }], { probe: form });
  const end = await lab.execute(lab.begin(lab.plan({ goal: { kind: "tool", tool: "probe", parameters: {} }, targets: ["n1"] })));
  assert(typeof end !== "string", String(end));
  assert.equal(end.status, "failed");
  assert.match(end.error ?? "", /127\.0\.0\.1 is not an address that a step may reach/);
  assert.deepEqual(asked, []);
});
