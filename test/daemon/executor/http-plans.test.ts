/** Steps that ask our own control, with a key that only the executor has; and what they may not reach. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { PlanLab } from "../../support/plan-lab.ts";

const CANARY = "mk_canary_0123456789abcdef";
const http = "description: For a test.\nexecution: { method: http, requires_target: true }\n";
const forms = {
  ask: `${http}request: { verb: GET, url: "muster:/api/nodes/{node}" }\nsecrets: [{ name: muster_key, header: authorization, prefix: "Bearer " }]\n`,
  probe: `${http}request: { verb: GET, url: "http://{target}/" }\n`,
};

/** Answers with what it was asked, its key among it: nothing keeps a program from doing so. */
async function start(t: TestContext): Promise<{ lab: PlanLab; asked: string[]; steps: unknown[] }> {
  const asked: string[] = [];
  const steps: unknown[] = [];
  const server = createServer(({ method, url, headers }, response) => {
    steps.push(headers["muster-step"]);
    asked.push(`${method} ${url} ${headers.authorization ?? "no key"}`);
    response.end(JSON.stringify(headers));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const nodes = [{ name: "n1", group: "dev" as const, address: "127.0.0.1" }];
  return { lab: await PlanLab.start(t, nodes, forms, {}, { control: { port } }), asked, steps };
}

async function carryOut(lab: PlanLab, tool: string) {
  const end = await lab.execute(lab.begin(lab.plan({ goal: { kind: "tool", tool, parameters: {} }, targets: ["n1"] })));
  assert(typeof end !== "string", String(end));
  return end;
}

test("our own control is asked with the executor's key, which no answer gives away, and told which step it is", async (t) => {
  const { lab, asked, steps } = await start(t);
  lab.secret("muster_key", CANARY);
  const end = await carryOut(lab, "ask");
  assert.equal(end.status, "succeeded", JSON.stringify(end));
  assert.deepEqual(asked, [`GET /api/nodes/n1 Bearer ${CANARY}`]);
  assert.match(String(steps), /^[0-9a-f-]{36}\/1$/);
  assert.match(end.steps[0]?.output ?? "", /"authorization":"Bearer \*{8}"/);
  assert.ok(!JSON.stringify(lab.messages).includes(CANARY));
  assert.ok(!lab.log().includes(CANARY));
});

test("without the key nothing is asked, and the file it belongs in is named", async (t) => {
  const { lab, asked } = await start(t);
  const end = await carryOut(lab, "ask");
  assert.equal(end.status, "failed");
  assert.match(end.error ?? "", /has no secret muster_key: write it to .*\/executor\/secrets\/muster_key/);
  assert.deepEqual(asked, []);
});

test("a node whose address is the control node's own loopback is not asked", async (t) => {
  const { lab, asked } = await start(t);
  const end = await carryOut(lab, "probe");
  assert.equal(end.status, "failed");
  assert.match(end.error ?? "", /127\.0\.0\.1 is no address a step may reach/);
  assert.deepEqual(asked, []);
});
