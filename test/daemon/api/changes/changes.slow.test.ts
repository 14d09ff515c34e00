/** Proposals, approvals and executions over HTTP and the live feed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import type { Approval } from "../../../../daemon/contract/changes/approval.ts";
import type { Proposed } from "../../../../daemon/contract/changes/change-routes.ts";
import type { Execution } from "../../../../daemon/contract/changes/execution.ts";
import type { FoundRunbooks, Offer } from "../../../../daemon/contract/changes/offer.ts";
import { ServerFrame } from "../../../../daemon/contract/frame.ts";
import type { ErrorBody } from "../../../../daemon/contract/route.ts";
import { diskUsage, restartSsh } from "../../../support/changes/changes.ts";
import { type Served, serve } from "../../../support/dhcp/served.ts";

const post = (served: Served, path: string, key: string, body: object = {}, headers: Record<string, string> = {}) =>
  served.request(path, { method: "POST", key, body: JSON.stringify(body), headers });

/** A change in prod that an operator requested and that waits for approval. */
async function waiting(served: Served): Promise<{ proposed: Proposed; approval: Approval; asker: string }> {
  served.lab.node("n1", "prod");
  const asker = served.key("operator");
  const { status, body } = await post(served, "/api/proposals", asker, restartSsh("n1"));
  assert.equal(status, 202);
  const proposed = body as Proposed;
  assert.ok(proposed.approval);
  return { proposed, approval: proposed.approval, asker };
}

test("a proposal, its plan, its approval and its execution are found under their own addresses", async (t) => {
  const served = await serve(t);
  const { proposed, approval } = await waiting(served);
  const viewer = served.key("viewer");
  const { body: plan } = await served.request(`/api/plans/${proposed.work.id}`, { key: viewer });
  assert.equal((plan as Proposed).approval?.id, approval.id);
  const voted = await post(served, `/api/approvals/${approval.id}/vote`, served.key("operator"), { answer: "approve", reason: "go on" });
  assert.equal((voted.body as Approval).state, "used");
  const { body: after } = await served.request(`/api/plans/${proposed.work.id}`, { key: viewer });
  const { execution } = after as Proposed;
  const { body: found } = await served.request(`/api/executions/${execution?.id}`, { key: viewer });
  assert.equal((found as Execution).status, "running");
  const { body: list } = await served.request("/api/executions", { key: viewer });
  assert.deepEqual(
    (list as Execution[]).map(({ id }) => id),
    [execution?.id],
  );
  const { body: pending } = await served.request("/api/approvals?state=pending", { key: viewer });
  assert.deepEqual(pending, []);
});

test("a vote that does not count is refused with its reason, by the same code everywhere", async (t) => {
  const served = await serve(t);
  const { approval, asker } = await waiting(served);
  const vote = async (key: string, id = approval.id) => {
    const { status, body } = await post(served, `/api/approvals/${id}/vote`, key, { answer: "approve" });
    return [status, (body as { error: { code: string; message: string } }).error] as const;
  };
  const [own, { code, message }] = await vote(asker);
  assert.deepEqual([own, code], [409, "VOTE_REFUSED"]);
  assert.match(message, /the requester has no vote/);
  assert.deepEqual((await vote(served.key("admin"), `apr_${"x".repeat(22)}`))[0], 404);
  assert.deepEqual((await vote(served.key("agent")))[0], 403);
  assert.deepEqual((await vote(served.key("viewer")))[0], 403);
  assert.deepEqual(served.lab.told, []);
});

test("two keys of one person are one voice", async (t) => {
  const served = await serve(t);
  served.lab.node("n1", "prod");
  const [first, second] = ["one", "two"].map((name) => served.world.keys.create(name, "operator", new Date(), { owner: "Ada" }).secret);
  const { body } = await post(served, "/api/proposals", first ?? "", restartSsh("n1"));
  const id = (body as Proposed).approval?.id;
  const { status } = await post(served, `/api/approvals/${id}/vote`, second ?? "", { answer: "approve" });
  assert.equal(status, 409);
});

test("a viewer proposes nothing, not even a read-only step; an agent's change waits for people", async (t) => {
  const served = await serve(t);
  served.lab.node("n1", "dev");
  assert.equal((await post(served, "/api/proposals", served.key("viewer"), diskUsage("n1"))).status, 403);
  const { body } = await post(served, "/api/proposals", served.key("agent"), restartSsh("n1"));
  assert.equal((body as Proposed).approval?.state, "pending");
  assert.deepEqual(served.lab.told, []);
});

test("a denied proposal is 403 with the name of the rule; its dry run is answered", async (t) => {
  const served = await serve(t);
  served.lab.node("n1", "prod");
  const arm = { goal: { kind: "tool", tool: "arm" }, targets: ["n1"] };
  const key = served.key("admin");
  const { status, body } = await post(served, "/api/proposals", key, arm);
  assert.equal(status, 403);
  assert.match((body as { error: { message: string } }).error.message, /delete-in-prod/);
  const dry = await post(served, "/api/proposals", key, { ...arm, dryRun: true });
  assert.equal(dry.status, 202);
  assert.equal((dry.body as Proposed).work.decision.answer, "deny");
});

test("an invalid proposal is refused with the name of its field", async (t) => {
  const served = await serve(t);
  const key = served.key("operator");
  for (const [body, says] of [
    [{ goal: { kind: "tool", tool: "disk_usage", risk: "read" }, targets: ["n1"] }, /goal/],
    [{ ...diskUsage("n1"), hash: "a".repeat(64) }, /hash/],
    [{ ...diskUsage("n1"), approved: true }, /approved/],
    [{ goal: { kind: "tool", tool: "rm -rf" }, targets: [] }, /tool/],
    [{ ...diskUsage(), targets: ["a;b"] }, /targets/],
  ] as const) {
    const answer = await post(served, "/api/proposals", key, body);
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.text, says);
  }
});

test("two requests with one Idempotency-Key count as one", async (t) => {
  const served = await serve(t);
  served.lab.node("n1");
  const key = served.key("operator");
  const send = async () =>
    ((await post(served, "/api/proposals", key, diskUsage("n1"), { "idempotency-key": "nightly" })).body as Proposed).execution?.id;
  const first = await send();
  served.lab.desk.receive({ type: "executed", executionId: first ?? "", status: "succeeded", steps: [] });
  assert.equal(await send(), first);
  const bad = await post(served, "/api/proposals", key, diskUsage("n1"), { "idempotency-key": "a b" });
  assert.equal(bad.status, 400);
});

test("the tools and runbooks are offered with what they need", async (t) => {
  const served = await serve(t);
  const { body } = await served.request("/api/tools", { key: served.key("viewer") });
  const { tools, runbooks } = body as Offer;
  const restart = tools.find(({ name }) => name === "service_restart");
  assert.deepEqual([restart?.risk, restart?.needsNodes, restart?.parameters.map(({ name }) => name)], ["write", true, ["unit"]]);
  assert.ok(runbooks.length >= 12);
});

async function listening(t: TestContext, served: Served, key: string) {
  const socket = served.listen({ authorization: `Bearer ${key}` });
  t.after(() => socket.terminate());
  const frames: ServerFrame[] = [];
  socket.on("message", (data: Buffer) => frames.push(ServerFrame.parse(JSON.parse(data.toString()))));
  await once(socket, "open");
  const until = async (type: ServerFrame["type"]) => {
    for (;;) {
      const found = frames.find((frame) => frame.type === type);
      if (found) return found;
      await once(socket, "message");
    }
  };
  return { socket, frames, until };
}

test("a client of the feed gets the approval request, votes on the same connection, and all clients see the vote", async (t) => {
  const served = await serve(t);
  const [bob, viewer] = [await listening(t, served, served.key("operator")), await listening(t, served, served.key("viewer"))];
  const { approval } = await waiting(served);
  const asked = await bob.until("approval_request");
  assert(asked.type === "approval_request");
  assert.equal(asked.approval.id, approval.id);
  assert.match(asked.summary, /service_restart on n1/);
  assert.equal(asked.reason, "it hangs");

  viewer.socket.send(JSON.stringify({ type: "approval_response", approvalId: approval.id, answer: "approve" }));
  const refused = await viewer.until("approval_refused");
  assert(refused.type === "approval_refused");
  assert.equal(refused.code, "NOT_ALLOWED");

  bob.socket.send(JSON.stringify({ type: "approval_response", approvalId: approval.id, answer: "approve", reason: "go on" }));
  const answered = await viewer.until("approval_response");
  assert(answered.type === "approval_response");
  assert.deepEqual(
    answered.approval.votes.map(({ answer, reason }) => [answer, reason]),
    [["approve", "go on"]],
  );
  assert.deepEqual(
    served.lab.told.map(({ type }) => type),
    ["execute"],
  );
});

test("runbooks are searched over HTTP, and a proposal can state an incident instead of a runbook", async (t) => {
  const served = await serve(t);
  served.lab.node("n1", "dev");
  const viewer = served.key("viewer");
  const search = async (query: string) => {
    const { status, body } = await served.request(`/api/runbooks${query}`, { key: viewer });
    return { status, ...(body as FoundRunbooks) };
  };
  assert.deepEqual(
    (await search("?symptom=full-disk")).runbooks.map(({ name, needsNodes }) => [name, needsNodes]),
    [["full-disk", true]],
  );
  assert.equal((await search("?text=disk%20full")).runbooks[0]?.name, "full-disk");
  assert.ok((await search("")).runbooks.length > 12);
  const none = await search("?symptom=haunted");
  assert.deepEqual([none.status, none.runbooks, none.known.symptoms.includes("slow")], [200, [], true]);
  assert.equal((await search("?symptom=Not%20a%20word")).status, 400);

  const propose = (goal: object) => post(served, "/api/proposals", served.key("operator"), { goal, targets: ["n1"] });
  const proposed = await propose({ kind: "incident", symptom: "slow", resource_type: "node" });
  assert.equal(proposed.status, 202);
  assert.deepEqual((proposed.body as Proposed).work.plan.goal, {
    kind: "runbook",
    runbook: "slow-node",
    parameters: { device: "/dev/sda" },
  });
  served.lab.node("n2", "prod");
  const remedy = { kind: "incident", symptom: "out-of-memory", intent_type: "remediate", parameters: { unit: "nginx.service" } };
  const asked = (await post(served, "/api/proposals", served.key("agent"), { goal: remedy, targets: ["n2"] })).body as Proposed;
  assert.deepEqual([asked.approval?.state, asked.execution], ["pending", undefined], "a remedy in prod waits for a person");
  const unknown = await propose({ kind: "incident", symptom: "haunted" });
  assert.deepEqual([unknown.status, (unknown.body as ErrorBody).error.code], [404, "RUNBOOK_NOT_FOUND"]);
  assert.equal((await propose({ kind: "incident" })).status, 400);
});
