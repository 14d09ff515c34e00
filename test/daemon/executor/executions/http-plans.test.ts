/** Steps that ask our own control, with a key that only the executor has; and what they may not reach. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { FromExecutor } from "../../../../daemon/contract/executor-protocol.ts";
import { PlanLab } from "../../../support/changes/plan-lab.ts";

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
  const began = lab.messages.flatMap((message) => (message.type === "step" && message.pass !== undefined ? [message] : []));
  assert.deepEqual(
    steps,
    began.map(({ executionId, pass }) => `${executionId}/1/${pass}`),
  );
  assert.match(began[0]?.pass ?? "", /^[0-9a-f]{64}$/);
  assert.match(end.steps[0]?.output ?? "", /"authorization":"Bearer \*{8}"/);
  assert.ok(!JSON.stringify(lab.messages).includes(CANARY));
  assert.ok(!lab.log().includes(CANARY));
});

test("nothing is asked before control knows the step's pass, which is told again on its next connection", async (t) => {
  const { lab, asked } = await start(t);
  lab.secret("muster_key", CANARY);
  lab.hearsPasses = false;
  const executionId = lab.begin(lab.plan({ goal: { kind: "tool", tool: "ask", parameters: {} }, targets: ["n1"] }));
  const passTold = () => lab.until<{ pass: string } & FromExecutor>("its pass", (message) => "pass" in message);
  lab.send({ type: "execute", executionId });
  const { pass } = await passTold();
  await lab.connect();
  assert.equal((await passTold()).pass, pass);
  assert.deepEqual(asked, []);
  lab.send({ type: "pass-known", executionId, stepId: "1" });
  await lab.until("an end", ({ type }) => type === "executed");
  assert.equal(asked.length, 1);
});

test("a step that is stopped before control knows its pass has asked nothing", async (t) => {
  const { lab, asked } = await start(t);
  lab.secret("muster_key", CANARY);
  lab.hearsPasses = false;
  const executionId = lab.begin(lab.plan({ goal: { kind: "tool", tool: "ask", parameters: {} }, targets: ["n1"] }));
  lab.send({ type: "execute", executionId });
  await lab.until("its pass", (message) => "pass" in message);
  lab.send({ type: "stop", executionId });
  const end = await lab.until<Extract<FromExecutor, { type: "executed" }>>("an end", ({ type }) => type === "executed");
  assert.equal(end.steps[0]?.status, "cancelled");
  assert.deepEqual(asked, []);
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
