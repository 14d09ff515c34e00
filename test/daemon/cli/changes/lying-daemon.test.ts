/** A daemon in somebody else's hands asks for a signature: the command looks at what it is shown, and signs nothing else. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makeSigningKey } from "../../../../daemon/changes/votes/signing-key.ts";
import { whoSigned } from "../../../../daemon/changes/votes/verify.ts";
import { signatureFor } from "../../../../daemon/cli/changes/voting.ts";
import { CommandFailure } from "../../../../daemon/cli/failure.ts";
import { createClient } from "../../../../daemon/contract/client.ts";
import { openDesk, person, restartSsh, wish } from "../../../support/changes/changes.ts";
import { registered } from "../../changes/votes/question.ts";

const lab = openDesk();
lab.node("n1", "prod");
const { approval, work } = lab.desk.propose(restartSsh("n1"), person("ada"));
assert.ok(approval);
const { work: other } = lab.desk.propose(wish("service_restart", ["n1"], { unit: "nomad.service" }), person("ada"));

/** Answers every request the same, and hears whatever is sent. */
async function daemonThatSays(t: TestContext, answer: object) {
  const server = createServer((_, response) => response.setHeader("content-type", "application/json").end(JSON.stringify(answer)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = mkdtempSync(join(tmpdir(), "muster-voter-"));
  t.after(() => {
    server.close();
    rmSync(folder, { recursive: true });
    delete process.env.MUSTER_VOTER_KEY;
  });
  process.env.MUSTER_VOTER_KEY = join(folder, "voter.json");
  const address = server.address();
  assert(address !== null && typeof address === "object");
  return {
    client: createClient({ baseUrl: `http://127.0.0.1:${address.port}`, headers: () => ({ connection: "close" }) }),
    key: (voter: string) => makeSigningKey(join(folder, "voter.json"), voter),
  };
}

const quietly = { json: true, yes: true };

test("what is shown as it is, is signed", async (t) => {
  const { client, key } = await daemonThatSays(t, { approval, work, signedVotes: true });
  const bea = key("bea");
  const signature = await signatureFor(client, approval.id, quietly);
  assert.ok("by" in whoSigned(approval, { answer: "approve", signature }, [registered(bea)], new Date()));
});

test("without a terminal nothing is signed until it was said beforehand that nobody has to be asked", async (t) => {
  const { client, key } = await daemonThatSays(t, { approval, work, signedVotes: true });
  key("bea");
  for (const json of [true, false])
    await assert.rejects(signatureFor(client, approval.id, { json, yes: false }), { code: "USAGE", hint: /Nothing was signed.*--yes/ });
});

for (const [what, answer] of [
  ["one plan and asks about another", { approval, work: { ...other, id: work.id }, signedVotes: true }],
  ["hashes that fit, and another plan", { approval, work: { ...work, plan: other.plan }, signedVotes: true }],
  ["another question than was asked for", { approval: { ...approval, id: `apr_${"x".repeat(22)}` }, work, signedVotes: true }],
] as const)
  test(`to a daemon that shows ${what} nothing is signed`, async (t) => {
    const { client, key } = await daemonThatSays(t, answer);
    key("bea");
    await assert.rejects(signatureFor(client, approval.id, quietly), (error) => {
      assert.ok(error instanceof CommandFailure);
      assert.match(error.message, /does not match the approval/);
      return true;
    });
  });

test("who asked is told so on their own machine, whatever the daemon would take", async (t) => {
  const { client, key } = await daemonThatSays(t, { approval, work, signedVotes: true });
  key("Ada");
  await assert.rejects(signatureFor(client, approval.id, quietly), /the requester has no vote/);
});
