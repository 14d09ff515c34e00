/** Metrics of changes in a scrape: the real API and the real area changes, over one database. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AlertWatch } from "../../../../daemon/admin/alerts/watch.ts";
import { AuditLog } from "../../../../daemon/audit/log.ts";
import type { Alert } from "../../../../daemon/contract/admin/alert.ts";
import { Proposal } from "../../../../daemon/contract/changes/plan.ts";
import type { ExecutorFigures } from "../../../../daemon/contract/executor-protocol.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { diskUsage, openDesk, person, restartSsh, wish } from "../../../support/changes/changes.ts";
import { type Served, serve } from "../../../support/dhcp/served.ts";
import { silentLog } from "../../../support/log.ts";
import { steadyAt } from "../../../support/steady-clock.ts";

async function scrape(served: Served): Promise<(series: string) => number> {
  const { status, text } = await served.request("/metrics", { key: served.key("node") });
  assert.equal(status, 200);
  return (series) => {
    const line = text.split("\n").find((each) => each.startsWith(`${series} `)) ?? assert.fail(`there is no ${series}`);
    return Number(line.split(" ").at(-1));
  };
}

test("every series is there before anything has happened", async (t) => {
  const value = await scrape(await serve(t));
  for (const series of [
    "muster_proposals_total",
    'muster_decisions_total{answer="deny"}',
    'muster_votes_total{answer="approve"}',
    'muster_logins_total{outcome="failed"}',
    'muster_approvals{state="pending"}',
    'muster_executions{status="succeeded"}',
    'muster_alerts_raised{rule="cost"}',
    "muster_alerts_waiting",
    "muster_cost_usd_total",
    "muster_refusals_total",
    'muster_intents_total{outcome="planned"}',
    'muster_intents_total{outcome="refused"}',
    'muster_intents_total{outcome="invalid"}',
    'muster_http_responses_total{class="5xx"}',
    "muster_error_ratio",
  ])
    assert.equal(value(series), 0, series);
  for (const series of ["muster_intent_success_ratio", "muster_plan_success_ratio"]) assert.equal(value(series), 1, series);
});

test("the success of intents is the share of proposals that led to a plan, denied ones and dry runs included", async (t) => {
  const served = await serve(t);
  const lab = openDesk(served.world, { now: () => new Date(), audit: new AuditLog(served.world.db) });
  lab.node("n1", "prod");
  const ada = person("ada");
  lab.desk.propose(diskUsage("n1"), ada, { dryRun: true });
  assert.throws(() => lab.desk.propose(wish("arm", ["n1"]), ada), MusterError);
  assert.throws(() => lab.desk.propose(wish("no_such_tool", []), ada), MusterError);
  const goal = { kind: "incident", symptom: "Not A Word" };
  const { status } = await served.request("/api/proposals", {
    method: "POST",
    key: served.key("operator"),
    body: JSON.stringify({ goal }),
  });
  assert.equal(status, 400);
  await scrape(served);
  const value = await scrape(served);
  const of = (outcome: string) => value(`muster_intents_total{outcome="${outcome}"}`);
  assert.deepEqual([of("planned"), of("refused"), of("invalid")], [2, 1, 1]);
  assert.equal(value("muster_intent_success_ratio"), 0.5);
  assert.equal(value('muster_http_responses_total{class="4xx"}'), 1);
});

test("an intent counts towards the ratio for one hour, and a restart loses no counts", async (t) => {
  const served = await serve(t);
  const hoursAgo = (hours: number) => () => new Date(Date.now() - hours * 3_600_000);
  const lab = openDesk(served.world, { now: hoursAgo(2), audit: new AuditLog(served.world.db, hoursAgo(2)) });
  lab.node("n1");
  assert.throws(() => lab.desk.propose(wish("no_such_tool", []), person("ada")), MusterError);
  lab.desk.propose(diskUsage("n1"), person("ada"), { dryRun: true });
  const value = await scrape(served);
  assert.equal(value('muster_intents_total{outcome="refused"}'), 1);
  assert.equal(value("muster_intent_success_ratio"), 1, "nothing happened within the last hour");
});

test("the success of plans, and the number and cost of operations, come from ended executions", async (t) => {
  const served = await serve(t);
  const lab = openDesk(served.world, { now: () => new Date() });
  const end = (name: string, proposal: Proposal, status: "succeeded" | "failed" | "cancelled") => {
    const { execution } = lab.desk.propose(proposal, person(name));
    lab.desk.receive({ type: "executed", executionId: execution?.id ?? "", status, steps: [] });
  };
  for (const name of ["n1", "n2", "n3", "n4", "n5"]) lab.node(name, "dev");
  end("n1", diskUsage("n1"), "succeeded");
  end("n2", diskUsage("n2"), "failed");
  end("n3", diskUsage("n3"), "cancelled");
  end("n4", Proposal.parse({ goal: { kind: "incident", symptom: "full-disk" }, targets: ["n4"] }), "succeeded");
  end("n5", Proposal.parse({ goal: { kind: "runbook", runbook: "slow-node" }, targets: ["n5"] }), "succeeded");
  const value = await scrape(served);
  assert.equal(value("muster_plan_success_ratio"), 0.75);
  assert.equal(value('muster_operations_total{operation="disk_usage",status="failed"}'), 1);
  assert.equal(value('muster_operations_total{operation="full-disk",status="succeeded"}'), 1);
  assert.equal(value('muster_operations_total{operation="slow-node",status="succeeded"}'), 1);
  assert.equal(value('muster_operation_cost_usd_total{operation="disk_usage"}'), 0);
});

test("the cost of an operation adds up by its name, and the number of names is limited", async (t) => {
  const served = await serve(t);
  const audit = new AuditLog(served.world.db);
  const spent = (operation: string, costUsd: number) =>
    audit.append({
      action: "outcome",
      actor: { keyId: "k", name: "ada", role: "operator" },
      subject: "execution e",
      summary: "x",
      result: "succeeded",
      operation,
      costUsd,
    });
  spent("dear", 0.25);
  spent("dear", 1.5);
  for (let n = 0; n < 510; n++) spent(`tool_${n}`, 0);
  const value = await scrape(served);
  assert.equal(value('muster_operation_cost_usd_total{operation="dear"}'), 1.75);
  assert.equal(value('muster_operations_total{operation="other",status="succeeded"}'), 11);
});

test("proposals, decisions, votes and executions are counted as they happen, each once, however often it is scraped", async (t) => {
  const served = await serve(t);
  const lab = openDesk(served.world);
  const [ada, bob] = [person("ada"), person("bob")];
  lab.node("n1", "prod");
  await scrape(served);
  const { execution } = lab.desk.propose(diskUsage("n1"), ada);
  lab.clock.pass(12);
  lab.desk.receive({ type: "executed", executionId: execution?.id ?? "", status: "succeeded", steps: [] });
  const { approval } = lab.desk.propose(restartSsh("n1"), ada);
  await scrape(served);
  const waiting = await scrape(served);
  assert.equal(waiting('muster_approvals{state="pending"}'), 1);
  assert.throws(() => lab.desk.vote(approval?.id ?? "", { answer: "approve", reason: "" }, ada), MusterError);
  lab.desk.vote(approval?.id ?? "", { answer: "deny", reason: "not now" }, bob);
  assert.throws(() => lab.desk.propose(wish("arm", ["n1"]), ada), MusterError);

  const value = await scrape(served);
  assert.equal(value("muster_proposals_total"), 3);
  assert.equal(value('muster_decisions_total{answer="allow"}'), 1);
  assert.equal(value('muster_decisions_total{answer="needs-approval"}'), 1);
  assert.equal(value('muster_decisions_total{answer="deny"}'), 1);
  assert.equal(value('muster_policy_violations_total{rule="delete-in-prod"}'), 1);
  assert.equal(value("muster_refusals_total"), 1);
  assert.equal(value('muster_votes_total{answer="deny"}'), 1);
  assert.equal(value('muster_approvals{state="denied"}'), 1);
  assert.equal(value('muster_executions{status="succeeded"}'), 1);
  assert.equal(value('muster_execution_duration_seconds_sum{status="succeeded"}'), 12);
  assert.equal(value('muster_execution_duration_seconds_count{status="succeeded"}'), 1);
});

test("logins, costs and the share of failures come from what is on record", async (t) => {
  const served = await serve(t);
  const audit = new AuditLog(served.world.db);
  const actor = { keyId: "k", name: "ada", role: "operator" };
  for (const action of ["login", "login-failed", "login-failed"] as const) audit.append({ action, actor, subject: "page", summary: "x" });
  for (const costUsd of [0.25, 1.5])
    audit.append({ action: "outcome", actor, subject: "execution e", summary: "x", result: "failed", costUsd });
  const lab = openDesk(served.world, { now: () => new Date() });
  for (const [name, status] of [
    ["n1", "succeeded"],
    ["n2", "failed"],
    ["n3", "succeeded"],
    ["n4", "succeeded"],
  ] as const) {
    lab.node(name);
    const { execution } = lab.desk.propose(diskUsage(name), person(name));
    lab.desk.receive({ type: "executed", executionId: execution?.id ?? "", status, steps: [] });
  }
  const value = await scrape(served);
  assert.equal(value('muster_logins_total{outcome="succeeded"}'), 1);
  assert.equal(value('muster_logins_total{outcome="failed"}'), 2);
  assert.equal(value("muster_cost_usd_total"), 1.75);
  assert.equal(value("muster_error_ratio"), 0.25);
});

test("a plan the policy denies raises an alert that names the rule", async (t) => {
  const served = await serve(t);
  const lab = openDesk(served.world, { now: () => new Date() });
  lab.node("n1", "prod");
  const rules = {
    failedLogins: null,
    policyViolations: { count: 1, minutes: 15 },
    refusals: null,
    nodeFailures: null,
    errorRate: null,
    cost: null,
    unusualActivity: null,
  };
  const watch = new AlertWatch({
    ...served.world,
    rules: { ...rules, repeatMinutes: 60 },
    deliver: true,
    redact: (text) => text,
    log: silentLog,
  });
  assert.throws(() => lab.desk.propose(wish("arm", ["n1"]), person("ada")), MusterError);
  watch.look(new Date());
  const { body } = await served.request("/api/alerts", { key: served.key("viewer") });
  const [alert] = body as Alert[];
  assert.deepEqual([alert?.rule, alert?.delivery], ["policy-violations", "waiting"]);
  assert.equal(alert?.runbooks[0]?.name, "risky-exposure");
  assert.equal(alert?.runbooks[0]?.command, `muster do --runbook risky-exposure --on NODES --reason "alert ${alert?.id}"`);
  assert.match(alert?.summary ?? "", /denied by the rule delete-in-prod/);
  const value = await scrape(served);
  assert.deepEqual([value('muster_alerts_raised{rule="policy-violations"}'), value("muster_alerts_waiting")], [1, 1]);
});

test("wrong keys at the door are failed logins in the figures, and enough of them an alert", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"], now: Date.now() });
  const setSteady = steadyAt(t, 0);
  const served = await serve(t);
  const login = (key: string) => served.request("/api/session", { method: "POST", body: JSON.stringify({ key }) });
  for (const key of ["one", "two", "three"]) assert.equal((await login(key)).status, 401);
  assert.equal((await login(served.key("viewer"))).status, 200);
  // The audit records the first refusal at once and its repeats as one record, a minute later.
  setSteady(60_000);
  t.mock.timers.tick(60_000);
  const value = await scrape(served);
  assert.equal(value('muster_logins_total{outcome="failed"}'), 3);
  assert.equal(value('muster_logins_total{outcome="succeeded"}'), 1);
  const quiet = {
    policyViolations: null,
    refusals: null,
    nodeFailures: null,
    errorRate: null,
    cost: null,
    unusualActivity: null,
    repeatMinutes: 60,
  };
  const rules = { ...quiet, failedLogins: { count: 3, minutes: 10 } };
  new AlertWatch({ ...served.world, rules, deliver: false, redact: (text) => text, log: silentLog }).look(new Date());
  assert.deepEqual(
    served.world.alerts.list(5).map(({ rule }) => rule),
    ["failed-logins"],
  );
});

test("a scrape shows the executor's last report, and zeroes while it is disconnected", async (t) => {
  let told: ExecutorFigures | undefined = { runs: 1, steps: 2, sshConnections: 3, refusedWarrants: 4 };
  const served = await serve(t, { executorFigures: () => told });
  const series = ["runs", "steps", "ssh_connections", "refused_warrants"].map((name) => `muster_executor_${name}`);
  assert.deepEqual(series.map(await scrape(served)), [1, 2, 3, 4]);
  told = undefined;
  assert.deepEqual(series.map(await scrape(served)), [0, 0, 0, 0]);
});
