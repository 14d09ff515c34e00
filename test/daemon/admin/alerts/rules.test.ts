/** The rules of alerts, with invented signals and times. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { incidentOfAlert } from "../../../../daemon/admin/alerts/incident.ts";
import { type AlertRules, judge, longestMinutes } from "../../../../daemon/admin/alerts/rules.ts";
import { type Signal, signalOfAct, signalOfEvent } from "../../../../daemon/admin/alerts/signals.ts";
import { recognizedSymptoms, symptomsIn } from "../../../../daemon/admin/alerts/symptoms.ts";
import { matching } from "../../../../daemon/changes/plans/matching.ts";
import { type AlertRule, AlertRule as AlertRuleName } from "../../../../daemon/contract/admin/alert.ts";
import { runbooks } from "../../../support/changes/changes.ts";

const NOON = Date.parse("2026-03-01T12:00:00.000Z");
const at = (minutes: number): string => new Date(NOON + minutes * 60_000).toISOString();
const signal = (kind: Signal["kind"], minutes: number, usd = 0): Signal => ({
  at: at(minutes),
  kind,
  about: `${kind} at ${minutes}`,
  usd,
  times: 1,
});

const none: AlertRules = {
  failedLogins: null,
  policyViolations: null,
  refusals: null,
  nodeFailures: null,
  errorRate: null,
  cost: null,
  unusualActivity: null,
  repeatMinutes: 60,
};
const rulesAt = (rules: Partial<AlertRules>, signals: Signal[], minutes = 0, last: [AlertRule, string][] = []): AlertRule[] =>
  judge({ ...none, ...rules }, signals, new Map(last), new Date(NOON + minutes * 60_000)).map(({ rule }) => rule);

test("a threshold counts signals of its own kind within its period", () => {
  const failedLogins = { count: 3, minutes: 10 };
  const three = [signal("login-failed", -9), signal("login-failed", -5), signal("login-failed", -1)];
  assert.deepEqual(rulesAt({ failedLogins }, three), ["failed-logins"]);
  assert.deepEqual(rulesAt({ failedLogins }, three.slice(1)), [], "two are too few");
  assert.deepEqual(rulesAt({ failedLogins }, three, 2), [], "the first is too long ago by then");
  assert.deepEqual(rulesAt({ failedLogins }, [...three.slice(1), signal("refused", -1)]), [], "a refusal is no login");
  assert.deepEqual(rulesAt({}, three), [], "a rule that is null raises nothing");
});

test("each kind has its rule", () => {
  const once = { count: 1, minutes: 5 };
  assert.deepEqual(rulesAt({ policyViolations: once }, [signal("denied", -1)]), ["policy-violations"]);
  assert.deepEqual(rulesAt({ refusals: once }, [signal("refused", -1)]), ["refusals"]);
  assert.deepEqual(rulesAt({ nodeFailures: once }, [signal("node-failed", -1)]), ["node-failures"]);
});

test("a rule that has raised an alert is quiet for a while, and then counts only later signals", () => {
  const nodeFailures = { count: 1, minutes: 120 };
  const before = signal("node-failed", -10);
  const raised: [AlertRule, string][] = [["node-failures", at(-9)]];
  assert.deepEqual(rulesAt({ nodeFailures }, [before, signal("node-failed", -1)], 0, raised), [], "within the hour");
  assert.deepEqual(rulesAt({ nodeFailures }, [before], 60, raised), [], "already reported");
  assert.deepEqual(rulesAt({ nodeFailures }, [before, signal("node-failed", -1)], 51, raised), ["node-failures"]);
});

test("the error rate is the failed share of ended work, if enough has ended", () => {
  const errorRate = { percent: 50, least: 4, minutes: 60 };
  const work = (done: number, failed: number) => [
    ...Array.from({ length: done }, () => signal("work-done", -2)),
    ...Array.from({ length: failed }, () => signal("work-failed", -1)),
  ];
  assert.deepEqual(rulesAt({ errorRate }, work(2, 2)), ["error-rate"]);
  assert.deepEqual(rulesAt({ errorRate }, work(3, 2)), []);
  assert.deepEqual(rulesAt({ errorRate }, work(0, 3)), [], "three are too few");
  assert.deepEqual(rulesAt({ errorRate }, []), []);
});

test("costs add up over hours", () => {
  const cost = { usd: 10, hours: 24 };
  assert.deepEqual(rulesAt({ cost }, [signal("spent", -1200, 6), signal("spent", -1, 4)]), ["cost"]);
  assert.deepEqual(rulesAt({ cost }, [signal("spent", -1500, 6), signal("spent", -1, 4)]), []);
  assert.equal(longestMinutes({ ...none, cost, failedLogins: { count: 1, minutes: 10 } }), 1440);
});

test("an alert contains the number, the period and the last examples, with long ones cut", () => {
  const failed = Array.from({ length: 5 }, (_, n) => ({ ...signal("node-failed", -n), about: n === 0 ? "x".repeat(5000) : `n${n}` }));
  const [alert] = judge({ ...none, nodeFailures: { count: 1, minutes: 10 } }, failed.reverse(), new Map(), new Date(NOON));
  assert.match(alert?.summary ?? "", /^node failures: 5 within 10 min \(…; n2; n1; x{200}…\)$/);
});

test("events and audit records become signals of the right kind", () => {
  const event = { at: at(0), summary: "no network", node: "n1" };
  assert.deepEqual(signalOfEvent({ ...event, type: "node.configure-failed" }), {
    at: at(0),
    kind: "node-failed",
    about: "n1: no network",
    event: "node.configure-failed",
    node: "n1",
    usd: 0,
    times: 1,
  });
  for (const type of ["install.failed", "wipe.failed", "node.install-failed"])
    assert.equal(signalOfEvent({ ...event, type })?.kind, "node-failed");
  assert.equal(signalOfEvent({ ...event, type: "plan.denied" })?.kind, "denied");
  assert.equal(signalOfEvent({ ...event, type: "job.succeeded" })?.kind, "work-done");
  assert.equal(signalOfEvent({ ...event, type: "job.cancelled" }), undefined, "a person wanted that");
  const act = { seq: 1, at: at(0), summary: "x", result: null, rule: null, costUsd: null, keyId: "k1", role: "operator", planHash: null };
  assert.equal(signalOfAct({ ...act, action: "login-failed" })?.kind, "login-failed");
  assert.equal(signalOfAct({ ...act, action: "refusal", result: "refused" })?.kind, "refused");
  assert.equal(
    signalOfAct({ ...act, action: "refusal", result: "deny" }),
    undefined,
    "the event plan.denied counts instead, and not for dry runs",
  );
  assert.equal(signalOfAct({ ...act, action: "refusal", result: "CSRF_INVALID" })?.kind, "refused");
  assert.equal(signalOfAct({ ...act, action: "refusal", result: "KEY_MISSING" }), undefined, "normal");
  assert.equal(signalOfAct({ ...act, action: "login-failed", summary: "Invalid API Key (7 more times)" })?.times, 7);
  assert.equal(signalOfAct({ ...act, action: "outcome", result: "succeeded", costUsd: 1.5 })?.usd, 1.5);
  assert.equal(signalOfAct({ ...act, action: "intent", costUsd: 1.5, planHash: "h" }), undefined, "not spent yet");
});

const failed = (about: string, node: string, event = "node.configure-failed"): Signal => ({
  at: at(-1),
  kind: "node-failed",
  about: `${node}: ${about}`,
  event,
  node,
  usd: 0,
  times: 1,
});
const alertFor = (...signals: Signal[]) =>
  judge({ ...none, nodeFailures: { count: 1, minutes: 10 } }, signals, new Map(), new Date(NOON))[0] ?? assert.fail("no alert");

test("an alert states its nodes, the types of its events and the symptoms in the messages, the latest first", () => {
  const { nodes, incident } = alertFor(
    failed("write error: No space left on device", "n1"),
    failed("UNREACHABLE! no route to host", "n2", "node.install-failed"),
    failed("UNREACHABLE! no route to host", "n1"),
  );
  assert.deepEqual(nodes, ["n1", "n2"]);
  assert.deepEqual(incident, {
    symptoms: ["full-disk", "unreachable", "node-failures", "availability_loss"],
    events: ["node.configure-failed", "node.install-failed"],
    intent_type: "investigate",
    resource_type: "node",
  });
});

test("an alert names a limited number of nodes", () => {
  const { nodes } = alertFor(...Array.from({ length: 500 }, (_, n) => failed("no disk", `n${n}`)));
  assert.equal(nodes.length, 20);
  assert.equal(nodes[0], "n499");
});

for (const [message, symptom] of [
  ['fatal: [n1]: FAILED! => {"msg": "Out of memory"}', "out-of-memory"],
  ["fork: Cannot allocate memory", "out-of-memory"],
  ["cp: write error: No space left on device", "full-disk"],
  ["dd: error reading '/dev/sda': Input/output error", "failing-disk"],
  ["E: Unmet dependencies. Try apt --fix-broken install", "package-trouble"],
  ["Unable to start service nginx", "failed-service"],
  ["ssh: connect to host 10.0.0.9 port 22: Connection timed out", "unreachable"],
  ["Temporary failure in name resolution", "network-errors"],
  ["Release file is not valid yet (invalid for another 3h)", "time-skew"],
] as const)
  test(`the message "${message}" is the symptom ${symptom}`, () => {
    assert.equal(symptomsIn(message)[0], symptom);
  });

test("every recognized symptom and every rule has a runbook", () => {
  for (const symptom of recognizedSymptoms) assert.ok(matching(runbooks, { symptoms: [symptom] }).length > 0, symptom);
  for (const rule of AlertRuleName.options) assert.ok(matching(runbooks, incidentOfAlert(rule, [])).length > 0, rule);
});

const acted = (keyId: string, minutes: number): Signal => ({ ...signal("acted", minutes), keyId });

test("many changes with one key are unusual, and changes with several keys do not add up", () => {
  const unusualActivity = { count: 3, minutes: 10 };
  const three = [acted("k1", -9), acted("k1", -5), acted("k1", -1)];
  assert.deepEqual(rulesAt({ unusualActivity }, three), ["unusual-activity"]);
  assert.deepEqual(rulesAt({ unusualActivity }, [acted("k1", -9), acted("k2", -5), acted("k3", -1)]), []);
  assert.deepEqual(rulesAt({ unusualActivity }, three, 2), [], "the first is too long ago by then");
  const [alert] = judge({ ...none, unusualActivity }, [...three, acted("k2", -1)], new Map(), new Date(NOON));
  assert.match(alert?.summary ?? "", /^many changes and proposals within 10 min: 3 with the key k1 \(/);
});

test("proposals and changes of people and programs are activity, and steps of approved plans and reports of machines are not", () => {
  const act = { seq: 1, at: at(0), summary: "x", result: null, rule: null, costUsd: null, keyId: "k1", role: "operator", planHash: null };
  assert.deepEqual(
    [signalOfAct({ ...act, action: "proposal", planHash: "h" })].map((one) => [one?.kind, one?.keyId]),
    [["acted", "k1"]],
  );
  assert.equal(signalOfAct({ ...act, action: "intent", role: "agent" })?.kind, "acted");
  assert.equal(signalOfAct({ ...act, action: "intent", planHash: "h" }), undefined, "its proposal was counted");
  assert.equal(signalOfAct({ ...act, action: "intent", role: "node" }), undefined);
  assert.equal(signalOfAct({ ...act, action: "decision" }), undefined);
});
