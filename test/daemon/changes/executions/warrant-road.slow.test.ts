/**
 * Property test: no sequence of proposals, votes, forgeries, changes, restarts and repeats runs a plan that lacks its
 * approval.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Plan } from "../../../../daemon/contract/changes/plan.ts";
import { type Act, type Done, type Forgery, forgeries, people, type Said, signedForgeries } from "../road-acts.ts";
import { clocks, Road } from "../road-model.ts";

const index = fc.nat({ max: 2 });
const person = fc.nat({ max: people.length - 1 });
const actWith = (forged: readonly Forgery[]): fc.Arbitrary<Act> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("propose"), who: person, goal: fc.nat({ max: 3 }), node: index, tainted: fc.boolean() }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("vote"),
        approval: index,
        who: person,
        answer: fc.constantFrom("approve", "approve", "approve", "deny"),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("begin"), work: index }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("execute"), execution: index }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait"), seconds: fc.constantFrom(1, 60, 299, 300, 600) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("policy"), which: fc.nat({ max: 1 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("node"), node: index, becomes: fc.constantFrom("another machine", "dev", "prod", "moved") }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("form") }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart") }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("forge"), how: fc.constantFrom(...forged), work: index, execution: index }) },
  ) as fc.Arbitrary<Act>;

/** The intended path, so that the random acts have something to disturb. */
const asMeant: fc.Arbitrary<Act[]> = fc
  .record({ who: person, goal: fc.nat({ max: 3 }), node: index, voters: fc.uniqueArray(person, { minLength: 1, maxLength: 3 }) })
  .map(({ voters, ...asked }): Act[] => [
    { kind: "propose", ...asked, tainted: false },
    ...voters.map((who): Act => ({ kind: "vote", approval: 0, who, answer: "approve" })),
    { kind: "begin", work: 0 },
    { kind: "execute", execution: 0 },
  ]);
/** An attack by a requester who has no vote, or too few votes. */
const asForged = (forged: readonly Forgery[]): fc.Arbitrary<Act[]> =>
  fc
    .record({ who: person, goal: fc.nat({ max: 3 }), node: index, voter: fc.option(person), how: fc.constantFrom(...forged) })
    .map(({ voter, how, ...asked }): Act[] => [
      { kind: "propose", ...asked, tainted: false },
      ...(voter === null ? [] : [{ kind: "vote", approval: 0, who: voter, answer: "approve" } as const]),
      { kind: "forge", how, work: 0, execution: 0 },
      { kind: "execute", execution: 0 },
    ]);
const actsWith = (forged: readonly Forgery[]): fc.Arbitrary<Act[]> =>
  fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: actWith(forged).map((each) => [each]) },
        { weight: 1, arbitrary: asMeant },
        { weight: 1, arbitrary: asForged(forged) },
      ),
      { minLength: 5, maxLength: 40 },
    )
    .map((parts) => parts.flat());

/** The rules in their simplest form: the votes needed before the plan may run, or "never". */
function wanted({ work, mode }: Done): { people: number; admins: number } | "never" {
  const { plan, requesterRole } = work;
  const risks = plan.steps.map(({ tool, scope }) => ({ risk: trueRisk(tool), scope }));
  const reads = risks.every(({ risk }) => risk === "read");
  if (requesterRole === "node" || (!reads && requesterRole === "viewer")) return "never";
  if (risks.some(({ risk, scope }) => risk === "delete" && scope === "prod")) return "never";
  if (risks.some(({ risk }) => risk === "delete")) return { people: 2, admins: 1 };
  const free = reads || (risks.every(({ scope }) => scope === "dev") && requesterRole !== "agent" && !plan.tainted && mode === "policy");
  return free ? { people: 0, admins: 0 } : { people: 1, admins: 0 };
}
const trueRisk = (tool: Plan["steps"][number]["tool"]) => (tool === "arm" ? "delete" : tool === "service_restart" ? "write" : "read");

/** The votes that count for an execution: of other people, one each, for this hash and policy, in time. */
function yes(done: Done, said: readonly Said[]): Map<string, Said> {
  const asking = [done.work.requestedBy, done.work.onBehalfOf].map((name) => name?.toLowerCase());
  const counted = said.filter(
    ({ approvalId, planHash, policyVersion, who, answer, at }) =>
      answer === "approve" &&
      approvalId === done.approvalId &&
      planHash === done.planHash &&
      policyVersion === done.policyVersion &&
      (who.role === "operator" || who.role === "admin") &&
      !asking.includes(who.name.toLowerCase()) &&
      done.at - at < (clocks.decideSeconds + clocks.executeSeconds) * 1000,
  );
  // A second answer of a person, with another key, does not count. The first one stays.
  return new Map(counted.toReversed().map((each) => [each.who.name.toLowerCase(), each]));
}

function check({ done, said }: Road): number {
  assert.equal(new Set(done.map(({ executionId }) => executionId)).size, done.length, "an execution was begun twice");
  const governed = done.filter((each) => {
    const needed = wanted(each);
    assert.ok(needed !== "never", `done, and denied: ${each.work.plan.summary}`);
    if (needed.people === 0) return false;
    const people = [...yes(each, said).values()];
    assert.ok(people.length >= needed.people, `done without approval: ${each.work.plan.summary}`);
    assert.ok(people.filter(({ who }) => who.role === "admin").length >= needed.admins, `done without an admin: ${each.work.plan.summary}`);
    return true;
  });
  assert.equal(new Set(governed.map(({ approvalId }) => approvalId)).size, governed.length, "an approval served twice");
  return governed.length;
}

test("a plan that two people approved runs once, however often it is sent", () => {
  const road = new Road();
  const [carol, bob, ann] = ["k-carol", "k-bob", "k-ann"].map((key) => people.findIndex(({ keyId }) => keyId === key));
  road.act({ kind: "propose", who: carol!, goal: 3, node: 1, tainted: true });
  road.act({ kind: "vote", approval: 0, who: carol!, answer: "approve" });
  road.act({ kind: "vote", approval: 0, who: bob!, answer: "approve" });
  road.act({ kind: "begin", work: 0 });
  road.act({ kind: "vote", approval: 0, who: ann!, answer: "approve" });
  road.act({ kind: "restart" });
  for (const _ of [1, 2]) road.act({ kind: "begin", work: 0 });
  for (const _ of [1, 2, 3]) road.act({ kind: "execute", execution: 0 });
  assert.equal(check(road), 1);
});

for (const [what, signed, forged] of [
  ["a step that had to be approved and was not", false, forgeries],
  ["such a step where votes are signed, other people's votes being forged too", true, signedForgeries],
] as const)
  test(`no sequence of acts leads to ${what}`, () => {
    let governed = 0;
    fc.assert(
      fc.property(actsWith(forged), (each) => {
        const road = new Road({ signed });
        for (const one of each) road.act(one);
        governed += check(road);
      }),
      { numRuns: 150 },
    );
    assert.ok(governed > 0, "nothing that needed approval was ever done: the property says nothing");
  });
