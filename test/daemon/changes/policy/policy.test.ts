/** Tests the loading of Muster's and the site's rules. Every mistake is reported with its file and its rule. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type ApprovalMode, parseApprovalMode } from "../../../../daemon/changes/policy/approval-mode.ts";
import { decide, type Rules } from "../../../../daemon/changes/policy/decide.ts";
import { loadPolicy, ownRules } from "../../../../daemon/changes/policy/policy.ts";
import { parseQuorum } from "../../../../daemon/changes/policy/quorum-groups.ts";
import { explain, MusterError } from "../../../../daemon/errors/errors.ts";
import { plan, step } from "../planned.ts";

const operator = { keyId: "k1", name: "alice", role: "operator" } as const;
const read = (scope: "dev" | "prod" = "prod") => plan([step({ risk: "read", scope, tool: "disk" })]);

function site(context: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-policy-"));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
const load = (folder: string, approvalMode: ApprovalMode = "policy") => loadPolicy({ folders: [folder], approvalMode });

function problem(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof MusterError);
    assert.equal(error.code, "POLICY_INVALID");
    return explain(error);
  }
  return "nothing was wrong";
}

for (const [mistake, text, told] of [
  ["what is no Cedar", '@id("a")\npermit (principal, action, resource)\nwhen { 1 + };', /site\.cedar: line 3: unexpected token/],
  ["a rule without an id", "permit (principal, action, resource);", /site\.cedar: rule 1: needs an annotation such as @id/],
  [
    "an id that is another rule's",
    '@id("read") forbid (principal, action, resource);',
    /site\.cedar: rule read: another rule has this id, in .*by-risk\.cedar/,
  ],
  [
    "advice of two lines",
    '@id("a-b")\n@advice("one\ntwo") forbid (principal, action, resource);',
    /rule a-b: @advice needs one line of 1 to 200/,
  ],
  ["empty advice", '@id("a-b") @advice("") forbid (principal, action, resource);', /rule a-b: @advice needs one line/],
  ["an id with a meaning of its own", '@id("unmatched") forbid (principal, action, resource);', /rule unmatched: this id has a meaning/],
  [
    "a scope there is not",
    '@id("a-b") forbid (principal, action, resource) when { resource.scope == Muster::Scope::"prd" };',
    /site\.cedar: rule a-b: entity .*"prd"` is not declared.*"dev", "staging", "prod"/,
  ],
  [
    "an input there is not",
    '@id("a-b") forbid (principal, action, resource) when { context.taint };',
    /site\.cedar: rule a-b: .*taint.*not found.*tainted/,
  ],
  ["a rule that can never apply", '@id("a-b") forbid (principal, action, resource) when { false };', /site\.cedar: rule a-b: .*/],
  ["a template", '@id("a-b") forbid (principal == ?principal, action, resource);', /site\.cedar: holds a template/],
  [
    "an unknown annotation",
    '@id("a-b") @quorom("admin:1") forbid (principal, action, resource);',
    /site\.cedar: rule a-b: @quorom is not known/,
  ],
  [
    "a quorum of zero people",
    '@id("a-b") @quorum("admin:0") forbid (principal, action, resource) unless { context.approved };',
    /site\.cedar: rule a-b: @quorum\("admin:0"\): admin:0 is not a role and a number/,
  ],
  [
    "a quorum of a role without a vote",
    '@id("a-b") @quorum("agent:1") forbid (principal, action, resource) unless { context.approved };',
    /agent:1 is not a role and a number/,
  ],
] as const) {
  test(`${mistake} is refused with its file and its rule`, (context) => {
    assert.match(
      problem(() => load(site(context, { "site.cedar": text }))),
      told,
    );
  });
}

test("a folder that does not exist is refused", () => {
  assert.match(
    problem(() => load("/nowhere/policy")),
    /^\/nowhere\/policy: there is no such folder$/,
  );
});

test("the site's rules add to Muster's own: one of them requires two admins for reboots of one node", (context) => {
  const policy = load(
    site(context, {
      "site.cedar": `@id("heart") @quorum("admin:2") forbid (principal, action, resource == Muster::Node::"n1")
        when { context.tool == "reboot" && context.parameters.hasTag("force") && context.parameters.getTag("force") == "true" }
        unless { context.approved };`,
    }),
  );
  const reboot = (target: string, force: boolean) =>
    policy.decide(plan([step({ tool: "reboot", scope: "dev", target, parameters: { force } })]), operator);
  assert.equal(reboot("n2", true).answer, "allow");
  assert.equal(reboot("n1", false).answer, "allow");
  const heart = reboot("n1", true);
  assert.deepEqual([heart.answer, heart.rule, heart.quorum], ["needs-approval", "heart", [{ role: "admin", count: 2 }]]);
});

test("the site's rules may allow more than Muster's, but cannot lift a forbid", (context) => {
  const policy = load(site(context, { "site.cedar": '@id("all") permit (principal, action, resource);' }));
  assert.equal(policy.decide(plan([step({ scope: "prod" })]), operator).rule, "all");
  assert.equal(policy.decide(plan([step({ scope: "prod", risk: "delete" })]), operator).rule, "delete-in-prod");
  assert.equal(policy.decide(plan([step({ scope: "dev" })]), { ...operator, role: "viewer" }).rule, "viewer-only-reads");
  assert.equal(policy.decide(plan([step({ scope: "dev" })], { tainted: true }), operator).rule, "tainted-changes");
});

test("of two rules that require approval, the highest number of each role counts", (context) => {
  const policy = load(
    site(context, {
      "a.cedar":
        '@id("two-operators") @quorum("operator:2") forbid (principal, action == Muster::Action::"delete", resource) unless { context.approved };',
    }),
  );
  assert.deepEqual(policy.decide(plan([step({ scope: "dev", risk: "delete" })]), operator).quorum, [
    { role: "operator", count: 2 },
    { role: "admin", count: 1 },
  ]);
});

test("a rule that fails during evaluation denies, because it might have forbidden the step", (context) => {
  const policy = load(
    site(context, { "a.cedar": '@id("many") forbid (principal, action, resource) when { context.nodes * 9223372036854775807 * 2 > 0 };' }),
  );
  const many = plan([step({ risk: "read", target: "n1" })], {
    targets: ["n1", "n2"].map((node) => ({ nodeId: node, node, scope: "prod" as const })),
  });
  const decision = policy.decide(many, operator);
  assert.deepEqual([decision.answer, decision.rule], ["deny", "policy-error"]);
  assert.match(decision.reasons[0] ?? "", /rule many fails: .*overflow/);
});

test("a rule that denies states the next step of the requester, and a rule that asks for approval does not", (context) => {
  const rule = (more: string) =>
    `@id("not-now") @advice("wait for the weekend") @quorum("operator:1") forbid (principal, action, resource) ${more};`;
  const denied = load(site(context, { "site.cedar": rule("") })).decide(read(), operator);
  assert.deepEqual([denied.answer, denied.reasons.at(-1)], ["deny", "wait for the weekend"]);
  const asked = load(site(context, { "site.cedar": rule("unless { context.approved }") })).decide(read(), operator);
  assert.equal(asked.answer, "needs-approval");
  assert.ok(!asked.reasons.includes("wait for the weekend"));
  const erased = loadPolicy({ folders: [], approvalMode: "policy" }).decide(plan([step({ risk: "delete", scope: "prod" })]), operator);
  assert.match(erased.reasons.at(-1) ?? "", /take it out of prod first/);
});

test("a step that no rule mentions needs approval", () => {
  const silent: Rules = {
    ask: () => ({ decision: "deny", rules: [] }),
    quorumOf: () => [],
    adviceOf: () => undefined,
    namesNodes: false,
    approvalMode: "policy",
    prodByHand: "policy",
    version: "0".repeat(64),
  };
  const { answer, rule, quorum } = decide(read(), operator, silent);
  assert.deepEqual([answer, rule, quorum], ["needs-approval", "unmatched", [{ role: "operator", count: 1 }]]);
});

test("the reasons name every kind of step with its rule, and many nodes briefly", () => {
  const steps = ["n1", "n2", "n3", "n4", "n5"].map((target) => step({ target, tool: "reboot" }));
  const { reasons } = loadPolicy({ folders: [], approvalMode: "policy" }).decide(
    plan([step({ risk: "read", tool: "disk" }), ...steps]),
    operator,
  );
  assert.deepEqual(reasons, [
    "allowed: disk, a read in prod on n1, by read",
    "needs approval: reboot, a write in prod on n1, n2, n3 and 2 more, by write-in-prod",
  ]);
});

test("every file and setting changes the version, and the place of the files does not", (context) => {
  const rule = '@id("night") forbid (principal, action, resource) when { context.nodes > 100 } unless { context.approved };';
  const here = site(context, { "site.cedar": rule });
  const there = site(context, {});
  cpSync(here, there, { recursive: true });
  const version = load(here).version;
  assert.equal(load(there).version, version);
  const changed = [
    loadPolicy({ folders: [], approvalMode: "policy" }).version,
    load(here, "changes").version,
    load(site(context, { "site.cedar": rule.replace("100", "101") })).version,
    load(site(context, { "other.cedar": rule })).version,
  ];
  assert.equal(new Set([version, ...changed]).size, 5);
});

test("Muster's own folder is read once, even if it is named as the site's", () => {
  assert.equal(load(ownRules).rules.length, loadPolicy({ folders: [], approvalMode: "policy" }).rules.length);
});

for (const [text, mode] of [
  ["true", "changes"],
  ["FALSE", "policy"],
  ["", "policy"],
  ["1", "changes"],
  ["everything", "everything"],
  ["changes", "changes"],
] as const) {
  test(`APPROVAL_MODE "${text}" is ${mode}`, () => assert.equal(parseApprovalMode(text, "APPROVAL_MODE"), mode));
}

test("an unknown approval mode stops the start", () => {
  assert.throws(() => parseApprovalMode("sometimes", "APPROVAL_MODE"), { code: "CONFIG_INVALID" });
});

test("a quorum is written as roles and numbers", () => {
  assert.deepEqual(parseQuorum(" admin:1, operator:2,admin:3 "), [
    { role: "operator", count: 2 },
    { role: "admin", count: 3 },
  ]);
});
