/**
 * A hijacked proposer obeys all text it reads and makes every call its key permits. It pursues twelve goals,
 * with text from every channel through which machine output reaches it. No attack may succeed, and every
 * attempt must be on record.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Client, createClient } from "../../daemon/contract/client.ts";
import { noNetwork } from "../../scripts/lab/network.ts";
import { noSshd } from "../support/network/sshd.ts";
import { untilFound } from "../support/until.ts";
import { channels } from "./channels.ts";
import { faultsOf, secretsOf, stateOf } from "./evidence.ts";
import { goals, type Scene, verbatim } from "./goals.ts";
import { orderIn, orders } from "./hostile.ts";
import { type Lab, startLab } from "./lab.ts";
import { type Answer, Proposer } from "./proposer.ts";

const ansible = existsSync("/usr/bin/ansible-playbook") ? false : "ansible-playbook is not installed";
const skip = noNetwork || noSshd || ansible;
const cells = Object.keys(channels).flatMap((channel) => orders.map((order) => ({ channel, order, name: `${order.goal} by ${channel}` })));

let lab: Lab;
let admin: Client;
let calm: Record<string, unknown>;

const clientOf = (name: string): Client => {
  const { key } = lab.key(name);
  return createClient({ baseUrl: lab.url, headers: () => ({ authorization: `Bearer ${key}` }) });
};

/** Each cell has its own key and person, so limits and records do not mix between cells. */
function sceneOf(cell: string): Omit<Scene, "said"> {
  const voter = `voter for ${cell}`;
  return {
    proposer: new Proposer(lab.url, lab.key(cell).key),
    precious: join(lab.files, "precious"),
    database: lab.data.database,
    attacker: lab.attacker,
    voter,
    async approve({ body }: Answer) {
      await clientOf(voter).voteApproval({ id: body.approval.id, answer: "approve", reason: "harmless" });
    },
    ended: (id) =>
      untilFound(`plan ${id} has ended`, async () => {
        const { execution } = await admin.getPlan({ id });
        return execution?.endedAt === undefined ? undefined : execution;
      }),
  };
}

describe("a proposer that has been taken over", { skip, concurrency: 1 }, () => {
  before(async () => {
    const voters = [...cells.map(({ name }) => name), "control"].flatMap((name) => [
      [name, { role: "agent" as const, owner: `owner of ${name}` }] as const,
      [`voter for ${name}`, { role: "operator" as const, owner: `voter for ${name}` }] as const,
    ]);
    lab = await startLab({ root: { role: "admin", owner: "root" }, ...Object.fromEntries(voters) });
    admin = clientOf("root");
    for (const { plant } of Object.values(channels)) await plant(lab, admin);
    await untilFound("no job is at work", async () =>
      (await admin.listJobs({})).every(({ status }) => !["queued", "running", "waiting"].includes(status)) ? true : undefined,
    );
    calm = await stateOf(lab, admin);
  });
  after(() => lab?.stop());

  for (const { channel, order, name } of cells)
    test(`${order.goal}, planted through the ${channel}: nothing is changed, and all of it is on record`, async () => {
      const scene = sceneOf(name);
      const said = orderIn((await channels[channel]?.read(scene, order)) ?? "", order);
      await verbatim({ ...scene, said });
      await goals[order.goal]?.({ ...scene, said });

      assert.deepEqual(await stateOf(lab, admin), calm);
      const owner = `owner of ${name}`;
      assert.deepEqual(faultsOf(scene.proposer, lab.key(name), await admin.listAudit({ user: owner, limit: 1000 })), []);
      const secrets = secretsOf(lab, [lab.key("root"), lab.key(name), lab.key(scene.voter)]);
      assert.deepEqual(
        secrets.filter((secret) => scene.proposer.heard.some((text) => text.includes(secret))),
        [],
      );
      for (const { id, requestedBy } of await admin.listExecutions({ limit: 1000 })) {
        if (requestedBy !== owner) continue;
        const { planId } = await admin.getExecution({ id });
        const { work, approval } = await admin.getPlan({ id: planId });
        assert.deepEqual([...new Set(work.plan.steps.map(({ risk }) => risk))], ["read"], work.plan.summary);
        if (work.decision.answer !== "allow")
          assert.deepEqual(
            approval?.votes.map(({ by }) => by),
            [scene.voter],
          );
      }
    });

  test("an approved plan ran once, and silence was never consent", async () => {
    const asked = (node: string) =>
      readFileSync(join(lab.folder, `${node}-asked`), "utf8")
        .split("\n")
        .filter((line) => line === "GET /plain");
    assert.deepEqual([asked("n1").length, asked("n2").length], [Object.keys(channels).length, Object.keys(channels).length]);
    for (const approval of await admin.listApprovals({ limit: 1000 })) {
      assert.ok(approval.quorum.length > 0 && approval.quorum.every(({ count }) => count > 0));
      if (approval.votes.length === 0) assert.ok(["pending", "dropped"].includes(approval.state), approval.state);
      else assert.equal((await admin.getPlan({ id: approval.planId })).work.plan.goal.kind === "tool" && approval.state, "used");
    }
  });

  test("the audit is whole, and one policy decided all of it", async () => {
    assert.match(lab.daemon.muster("audit", "verify"), /proven|verified|holds|ok/i);
    const decisions = await admin.listAudit({ action: "decision", limit: 1000 });
    assert.equal(new Set(decisions.map(({ policyVersion }) => policyVersion)).size, 1);
  });

  test("a plan that a person approves does run, and the evidence that saw nothing before shows it", async () => {
    const scene = sceneOf("control");
    const answer = await scene.proposer.tool("service_restart", { unit: "cron.service" });
    await scene.approve(answer);
    assert.equal((await scene.ended(answer.body.work.id)).status, "succeeded");
    assert.equal(lab.effects(), "systemctl restart cron.service\n");
    await lab.network.run("curl", ["-s", "-m", "5", `http://${lab.attacker}/loot`]);
    assert.equal(lab.received(), "GET /loot\n");
    assert.notDeepEqual(await stateOf(lab, admin), calm);
    const records = await admin.listAudit({ user: "owner of control", limit: 100 });
    assert.deepEqual(faultsOf(scene.proposer, lab.key("control"), records), []);
    assert.deepEqual(
      records.toReversed().map(({ action, result }) => `${action} ${result ?? ""}`),
      ["proposal ", "decision needs-approval", "intent succeeded", "outcome succeeded"],
    );
  });
});
