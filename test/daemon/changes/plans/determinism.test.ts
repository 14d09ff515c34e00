/** The same request over the same fleet gives the same plan, whatever its notation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonical, digestOf } from "../../../../daemon/changes/tools/canonical.ts";
import { sampleOf } from "../../../../daemon/changes/tools/catalogue.ts";
import { Plan, type ProposalInput } from "../../../../daemon/contract/changes/plan.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { fleet, plan, world } from "./fleet.ts";

const shuffled = <T>(values: readonly T[]) => fc.shuffledSubarray([...values], { minLength: values.length, maxLength: values.length });
const someTool = fc.constantFrom(...world.catalogue.list());
const targetLists = fc.subarray(["n1", "n2", "n3", "unlabelled", "group:dev", "group:prod", "all"], { minLength: 1 });

/** A plan, or the reason why there is none. */
function outcome(make: () => Plan): string {
  try {
    return canonical(make());
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return `${error.code} ${error.message}`;
  }
}

test("the order of targets, parameters and nodes does not change the plan", () => {
  fc.assert(
    fc.property(
      someTool,
      targetLists.chain((list) => fc.tuple(shuffled(list), shuffled(list))),
      shuffled(fleet),
      (form, [one, other], nodes) => {
        const parameters = Object.entries(sampleOf(form));
        const wish = (targets: string[], given: typeof parameters): ProposalInput => ({
          goal: { kind: "tool", tool: form.name, parameters: Object.fromEntries(given) },
          targets: form.requiresTarget ? targets : [],
        });
        assert.equal(
          outcome(() => plan(wish(one, parameters))),
          outcome(() => plan(wish([...other, ...one], parameters.toReversed()), { nodes })),
        );
      },
    ),
  );
});

test("a plan is unchanged after it is written and read", () => {
  fc.assert(
    fc.property(someTool, targetLists, (form, targets) => {
      const text = outcome(() =>
        plan({ goal: { kind: "tool", tool: form.name, parameters: sampleOf(form) }, targets: form.requiresTarget ? targets : [] }),
      );
      if (!text.startsWith("{")) return;
      assert.equal(canonical(Plan.parse(JSON.parse(text))), text);
    }),
  );
});

test("every difference in the request gives another hash", () => {
  const wish: ProposalInput = { goal: { kind: "tool", tool: "service_restart", parameters: { unit: "ssh.service" } }, targets: ["n1"] };
  const others: ProposalInput[] = [
    wish,
    { ...wish, goal: { kind: "tool", tool: "service_restart", parameters: { unit: "cron.service" } } },
    { ...wish, goal: { kind: "tool", tool: "service_stop", parameters: { unit: "ssh.service" } } },
    { ...wish, targets: ["n2"] },
    { ...wish, targets: ["n1", "n2"] },
    { ...wish, readOnly: true },
    { ...wish, tainted: true },
  ];
  assert.equal(new Set(others.map((other) => digestOf(plan(other)))).size, others.length);
});

test("the reason of a request does not change the plan", () => {
  const wish: ProposalInput = { goal: { kind: "tool", tool: "load" }, targets: ["n1"] };
  assert.equal(digestOf(plan(wish)), digestOf(plan({ ...wish, reason: "the lights are dim" })));
});

test("canonical JSON is that of RFC 8785", () => {
  assert.equal(
    canonical({ b: [1e21, 0.000001, -0], a: '€\u000f\n"', "\u20ac": null }),
    '{"a":"€\\u000f\\n\\"","b":[1e+21,0.000001,0],"€":null}',
  );
});
