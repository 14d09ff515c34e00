/** From an event to the request at a webhook: real stores, the real watch and delivery, a real HTTP server. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { alertRulesOf, startAlerts } from "../../../../daemon/admin/alerts/alerts.ts";
import { AlertDelivery, nextTry } from "../../../../daemon/admin/alerts/delivery.ts";
import { slackBody, slackText } from "../../../../daemon/admin/alerts/slack.ts";
import { AlertWatch } from "../../../../daemon/admin/alerts/watch.ts";
import { webhookIn } from "../../../../daemon/admin/webhook-file.ts";
import { AuditLog } from "../../../../daemon/audit/log.ts";
import { alertRunbooks } from "../../../../daemon/changes/alert-runbooks.ts";
import { loadRunbooks, ourRunbooks } from "../../../../daemon/changes/plans/runbook.ts";
import { parseConfig } from "../../../../daemon/config/config.ts";
import { redact } from "../../../../daemon/log/redact.ts";
import { newAlert } from "../../../support/alerts.ts";
import { catalogue, runbooks } from "../../../support/changes/changes.ts";
import { silentLog } from "../../../support/log.ts";
import { until } from "../../../support/until.ts";
import { addNode, openWorld, type World } from "../../../support/world.ts";

interface Webhook {
  url: URL;
  /** Received bodies, independent of the answer. */
  got: string[];
  /** The next answers. After them, every answer is 200. */
  answers: number[];
}

async function webhook(t: TestContext): Promise<Webhook> {
  const [got, answers]: [string[], number[]] = [[], []];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    assert.equal(request.headers["content-type"], "application/json");
    got.push((JSON.parse(body) as { text: string }).text);
    const status = answers.shift() ?? 200;
    response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end("ok");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/secret`), got, answers };
}

async function closedPort(): Promise<URL> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return new URL(`http://127.0.0.1:${port}/`);
}

const rules = {
  failedLogins: null,
  policyViolations: { count: 1, minutes: 15 },
  refusals: null,
  nodeFailures: { count: 1, minutes: 15 },
  errorRate: null,
  cost: null,
  unusualActivity: null,
  repeatMinutes: 60,
};
const watchOver = (world: World, deliver = true) => new AlertWatch({ ...world, rules, deliver, redact, log: silentLog });

function fail(world: World, reason: string): void {
  const node = addNode(world, { phase: "accepted" });
  world.events.append({ source: "control", type: "node.configure-failed", summary: reason, nodeId: node.id });
}

test("a failed node causes one event and one message to the webhook", async (t) => {
  const world = openWorld();
  const { url, got } = await webhook(t);
  const watch = watchOver(world);
  const delivery = new AlertDelivery({ alerts: world.alerts, webhook: url, runbooksFor: () => [], log: silentLog });
  fail(world, "Install packages: no network");
  watch.look(new Date());
  watch.look(new Date());
  await delivery.deliver();
  await delivery.deliver();
  assert.equal(got.length, 1);
  assert.match(got[0] ?? "", /^Muster: node failures: 1 within 15 min \(node-\w+: Install packages: no network\)$/);
  const [alert] = world.alerts.list(10);
  assert.deepEqual([alert?.rule, alert?.delivery, alert?.tries], ["node-failures", "delivered", 1]);
  const [event] = world.events.ofType("alert.raised", 0);
  assert.deepEqual([event?.summary, event?.detail], [alert?.summary, { rule: "node-failures" }]);
});

test("an alert from before a restart is neither raised again nor lost", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-alerts-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "muster.db");
  const { url, got, answers } = await webhook(t);
  const before = openWorld(file);
  fail(before, "out of disk");
  watchOver(before).look(new Date());
  answers.push(500);
  await new AlertDelivery({ alerts: before.alerts, webhook: url, runbooksFor: () => [], log: silentLog }).deliver();
  assert.deepEqual(
    before.alerts.list(1).map(({ delivery, error }) => [delivery, error]),
    [["waiting", "it answered 500"]],
  );
  before.db.close();

  const after = openWorld(file);
  t.after(() => after.db.close());
  watchOver(after).look(new Date());
  assert.equal(after.alerts.list(10).length, 1);
  const delivery = new AlertDelivery({ alerts: after.alerts, webhook: url, runbooksFor: () => [], log: silentLog });
  await delivery.deliver();
  assert.equal(got.length, 1, "not before its time");
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 60_000 });
  await delivery.deliver();
  assert.equal(got.length, 2);
  assert.equal(after.alerts.list(1)[0]?.delivery, "delivered");
});

test("a missing server, a refusal and a redirection are retried with growing delays, and given up after days", async (t) => {
  const world = openWorld();
  const { url, got, answers } = await webhook(t);
  answers.push(404, 302);
  world.alerts.raise(newAlert("cost", "dear"), new Date().toISOString(), true);
  const [first, later] = [Date.now(), Date.now() + 3_600_000];
  t.mock.timers.enable({ apis: ["Date"], now: first });
  await new AlertDelivery({ alerts: world.alerts, webhook: await closedPort(), runbooksFor: () => [], log: silentLog }).deliver();
  assert.equal(world.alerts.list(1)[0]?.error, "ECONNREFUSED");
  const delivery = new AlertDelivery({ alerts: world.alerts, webhook: url, runbooksFor: () => [], log: silentLog });
  for (const hour of [1, 2]) {
    t.mock.timers.setTime(first + hour * 3_600_000);
    await delivery.deliver();
  }
  assert.deepEqual(
    world.alerts.list(1).map(({ delivery, tries, error }) => [delivery, tries, error]),
    [["waiting", 3, "it answered 302"]],
  );
  assert.equal(got.length, 2, "nothing was sent to where it was redirected");
  const waits = [0, 1, 2, 3, 20].map(
    (tries) => (nextTry({ tries, at: new Date(later).toISOString() }, new Date(later))?.getTime() ?? 0) - later,
  );
  assert.deepEqual(waits, [5_000, 15_000, 45_000, 135_000, 3_600_000]);
  assert.equal(nextTry({ tries: 9, at: new Date(later - 73 * 3_600_000).toISOString() }, new Date(later)), undefined);
});

test("text of an attacker is plain in Slack: no mention, no link, no reversed text, no secret", async (t) => {
  const hostile = "<!channel> <https://evil.example|our wiki> <@U123> & a\u202Eb\u0007c\nd";
  assert.equal(slackText(hostile), "&lt;!channel&gt; &lt;https://evil.example|our wiki&gt; &lt;@U123&gt; &amp; a b c d");
  assert.equal(slackBody('"}'), '{"text":"Muster: \\"}"}');
  assert.ok(slackText("<".repeat(10_000)).length <= 4 * 3000 + 1);

  const world = openWorld();
  const { url, got } = await webhook(t);
  fail(world, `<!everyone> password: hunter2222 ghp_0123456789abcdefghij`);
  watchOver(world).look(new Date());
  await new AlertDelivery({ alerts: world.alerts, webhook: url, runbooksFor: () => [], log: silentLog }).deliver();
  assert.match(got[0] ?? "", /&lt;!everyone&gt;/);
  assert.doesNotMatch(got[0] ?? "", /<|hunter2222|ghp_/);
  assert.doesNotMatch(world.events.ofType("alert.raised", 0)[0]?.summary ?? "", /hunter2222|ghp_/);
});

test("without a webhook, an alert is shown and does not wait for delivery", () => {
  const world = openWorld();
  world.events.append({ source: "control", type: "plan.denied", summary: "delete in prod: denied by the rule prod-delete" });
  watchOver(world, false).look(new Date());
  assert.deepEqual(
    world.alerts.list(1).map(({ rule, delivery }) => [rule, delivery]),
    [["policy-violations", "none"]],
  );
  assert.equal(world.alerts.waiting(), 0);
});

test("failed logins are counted from the audit", () => {
  const world = openWorld();
  const record = JSON.stringify({ at: new Date().toISOString(), action: "login-failed", summary: "from 10.0.0.9", actor: { name: "n" } });
  for (const seq of [1, 2, 3]) world.db.prepare("INSERT INTO audit (seq, record, hash) VALUES (?, ?, ?)").run(seq, record, `${seq}`);
  const watch = new AlertWatch({
    ...world,
    rules: { ...rules, failedLogins: { count: 3, minutes: 10 } },
    deliver: false,
    redact,
    log: silentLog,
  });
  watch.look(new Date());
  assert.deepEqual(
    world.alerts.list(1).map(({ rule, summary }) => [rule, summary]),
    [["failed-logins", "failed logins: 3 within 10 min (from 10.0.0.9; from 10.0.0.9; from 10.0.0.9)"]],
  );
});

test("the configured rules run by themselves, and an invalid webhook address stops the start without being shown", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-alerts-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "webhook");
  const { url, got } = await webhook(t);
  writeFileSync(file, `${url}\n`);
  const world = openWorld();
  const { alerts } = parseConfig(`alerts: { webhook_file: ${file}, failed_logins: null, node_failures: { count: 2 } }`, "test").admin;
  const running = startAlerts(alertRulesOf(alerts), webhookIn(alerts.webhook_file), {
    ...world,
    redact,
    runbooksFor: () => [],
    log: silentLog,
  });
  fail(world, "one");
  fail(world, "two");
  await until("the alert is delivered", () => got.length > 0);
  await running.stop();
  assert.match(got[0] ?? "", /^Muster: node failures: 2 /);

  writeFileSync(file, "hooks.slack.example/services/T0/B0/secret");
  assert.throws(
    () => startAlerts(alertRulesOf(alerts), webhookIn(alerts.webhook_file), { ...world, redact, runbooksFor: () => [], log: silentLog }),
    (error: Error) => /^admin\.alerts\.webhook_file: /.test(error.message) && !error.message.includes("secret"),
  );
  assert.throws(() => parseConfig("alerts: { webhook: https://x }", "test"), /./);
});

test("an alert names its runbook to the webhook with the command that proposes it, also one of the site, and runs nothing", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-alerts-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, trigger: string, parameters = "[]") =>
    writeFileSync(
      join(folder, `${name}.yaml`),
      `name: ${name}\ndescription: A runbook of the site.\ntriggers: [${trigger}]\nparameters: ${parameters}\nsteps: [{id: look, tool: load}]\nsuccess: [{step: look, means: it is calm}]\n`,
    );
  write("call-supplier", "{symptoms: [full-disk], intent_type: investigate, resource_type: node, event: node.configure-failed}");
  const runbooksFor = alertRunbooks({ catalogue, runbooks: loadRunbooks([ourRunbooks, folder], catalogue) });
  const world = openWorld();
  const { url, got } = await webhook(t);
  fail(world, "write error: No space left on device");
  watchOver(world).look(new Date());
  await new AlertDelivery({ alerts: world.alerts, webhook: url, runbooksFor, log: silentLog }).deliver();
  const [alert] = world.alerts.list(1);
  assert.ok(alert);
  const [node] = alert.nodes;
  assert.deepEqual(
    runbooksFor(alert).map(({ name }) => name),
    ["call-supplier", "full-disk", "package-trouble"],
  );
  const command = `muster do --runbook call-supplier --on ${node} --reason "alert ${alert.id}"`;
  assert.equal(runbooksFor(alert)[0]?.command, command);
  assert.ok(got[0]?.endsWith(`The runbook call-supplier matches. Propose it with \`${command}\``), got[0]);
  assert.deepEqual([world.executions.list(10), world.approvals.list(10), world.jobs.countsByKind()], [[], [], []]);
});

test("the command leaves room for a required parameter and for unknown nodes", () => {
  const [web] = alertRunbooks({ catalogue, runbooks })({ id: 7, incident: { symptoms: ["web-down"] }, nodes: [] });
  assert.equal(web?.command, 'muster do --runbook web-down unit=UNIT --on NODES --reason "alert 7"');
});

test("unusual activity is counted from the audit, also across looks", () => {
  const world = openWorld();
  const audit = new AuditLog(world.db);
  const propose = (keyId: string) =>
    audit.append({ action: "proposal", actor: { keyId, name: "ada", role: "agent" }, subject: "plan p", summary: "disk_usage on n1" });
  const watch = new AlertWatch({
    ...world,
    rules: { ...rules, policyViolations: null, nodeFailures: null, unusualActivity: { count: 4, minutes: 10 } },
    deliver: false,
    redact,
    log: silentLog,
  });
  for (const keyId of ["k1", "k1", "k2", "k1"]) propose(keyId);
  watch.look(new Date());
  assert.deepEqual(world.alerts.list(5), []);
  propose("k1");
  watch.look(new Date());
  const [alert] = world.alerts.list(5);
  assert.equal(alert?.rule, "unusual-activity");
  assert.match(alert?.summary ?? "", /4 with the key k1/);
});
