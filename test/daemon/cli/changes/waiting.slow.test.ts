/** Commands whose action needs an approval first: the text names the approval and the next step, and the exit code is not 0. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { serve } from "../../../support/dhcp/served.ts";
import { ownPolicy } from "../../../support/own-policy.ts";
import { addNode } from "../../../support/world.ts";
import { muster } from "../muster.ts";

async function bench(t: TestContext) {
  const served = await serve(t, {}, { policy: ownPolicy("changes") });
  const node = addNode(served.world, { phase: "armed", profile: "image", until: "2099-01-01T00:00:00.000Z" }, "n1");
  addNode(served.world, { phase: "discovered" }, "fresh");
  const env = { MUSTER_URL: served.url, MUSTER_KEY: served.key("operator") };
  return { ...served, node, ask: (...args: string[]) => muster(args, env) };
}

test("a waiting command ends with exit code 1 and names the approval and the next command", async (t) => {
  const { ask, world, node } = await bench(t);
  const commands = [
    ["accept", "fresh"],
    ["forget", "fresh"],
    ["card", "add", "n1", "52:54:00:aa:00:01"],
    ["replaced", "n1"],
    ["quirks", "set", "n1", "--loader", "ipxe"],
    ["rack", "add", "r1", "--units", "42"],
  ];
  for (const command of commands) {
    const { code, out, err } = await ask(...command);
    assert.equal(code, 1, `${command.join(" ")}: ${err}`);
    assert.equal(out, "");
    const [, id = ""] = /waits for approval, by the rule approval-mode-changes: muster approve (apr_\S+)/.exec(err) ?? [];
    assert.equal(world.approvals.get(id)?.state, "pending", `${command.join(" ")}: ${err}`);
    assert.match(err, /→ Nothing has happened yet\. Another person decides with that command\./);
  }
  assert.deepEqual(world.nodes.findById(node.id)?.macs, node.macs);
  assert.deepEqual(world.racks.list(), []);
});

test("with --json the error contains the id of the approval", async (t) => {
  const { ask, world } = await bench(t);
  const { code, err } = await ask("card", "add", "n1", "52:54:00:aa:00:01", "--json");
  const { error } = JSON.parse(err) as { error: { code: string; approvalId: string } };
  assert.deepEqual([code, error.code], [1, "APPROVAL_NEEDED"]);
  assert.equal(world.approvals.get(error.approvalId)?.state, "pending");
});

test("a token that needs an approval is printed for its requester", async (t) => {
  const { ask, world } = await bench(t);
  const { code, err } = await ask("token", "create");
  assert.equal(code, 1);
  const [, token = ""] = /→ After the approval this token is valid\. It is shown only now: (mt_\S+)/.exec(err) ?? [];
  assert.ok(token.length > 30, err);
  assert.equal(world.enrolTokens.find(token, new Date()), undefined);
});

test("a command that only stops something needs no other person", async (t) => {
  const { ask, world, node } = await bench(t);
  const { code, err } = await ask("disarm", "n1");
  assert.equal(code, 0, err);
  assert.equal(world.nodes.findById(node.id)?.state.phase, "accepted");
});
