/** A daemon under an attacker's control requests a signature. The command signs only the plan that it shows. */
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

/** Gives the same answer to every request, and records what it receives. */
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

test("a plan that matches its approval is signed", async (t) => {
  const { client, key } = await daemonThatSays(t, { approval, work, signedVotes: true });
  const bea = key("bea");
  const signature = await signatureFor(client, approval.id, quietly);
  assert.ok("by" in whoSigned(approval, { answer: "approve", signature }, [registered(bea)], new Date()));
});

test("without a terminal, nothing is signed unless --yes was given", async (t) => {
  const { client, key } = await daemonThatSays(t, { approval, work, signedVotes: true });
  key("bea");
  for (const json of [true, false])
    await assert.rejects(signatureFor(client, approval.id, { json, yes: false }), { code: "USAGE", hint: /Nothing was signed.*--yes/ });
});

for (const [what, answer] of [
  ["one plan and requests a signature for another", { approval, work: { ...other, id: work.id }, signedVotes: true }],
  ["matching hashes with another plan", { approval, work: { ...work, plan: other.plan }, signedVotes: true }],
  ["another approval than the requested one", { approval: { ...approval, id: `apr_${"x".repeat(22)}` }, work, signedVotes: true }],
] as const)
  test(`nothing is signed for a daemon that shows ${what}`, async (t) => {
    const { client, key } = await daemonThatSays(t, answer);
    key("bea");
    await assert.rejects(signatureFor(client, approval.id, quietly), (error) => {
      assert.ok(error instanceof CommandFailure);
      assert.match(error.message, /does not match the approval/);
      return true;
    });
  });

test("the command refuses a vote of the requester, even if the daemon would accept it", async (t) => {
  const { client, key } = await daemonThatSays(t, { approval, work, signedVotes: true });
  key("Ada");
  await assert.rejects(signatureFor(client, approval.id, quietly), /the requester has no vote/);
});
