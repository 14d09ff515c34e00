/**
 * Measures the time of one policy decision under Muster's built-in rules, for each combination of tool, role and
 * scope. Each request is different, so no answer is read from a cache.
 */

import { makePlan } from "../../../daemon/changes/plans/planner.ts";
import { runbooksOf } from "../../../daemon/changes/plans/runbook.ts";
import { loadPolicy, type Policy } from "../../../daemon/changes/policy/policy.ts";
import { loadCatalogue, sampleOf } from "../../../daemon/changes/tools/catalogue.ts";
import { Role } from "../../../daemon/contract/admin/key.ts";
import { type Plan, Proposal } from "../../../daemon/contract/changes/plan.ts";

const FLEET = 1000;

export function measurePolicy({ quick }: { quick: boolean }): Record<string, number> {
  const policy = loadPolicy({ folders: [], approvalMode: "policy" });
  const plans = (["dev", "staging", "prod"] as const).flatMap((scope) => plansIn(scope, 1));
  const rounds = quick ? 2 : 7;
  const decisions = plans.length * Role.options.length;
  timed(policy, plans);
  const each = Array.from({ length: rounds }, () => timed(policy, plans).toSorted((a, b) => a - b));
  const p99 = each.map((times) => at(times, 0.99)).toSorted((a, b) => a - b);
  const fleet = timed(policy, plansIn("prod", FLEET));
  const figures = {
    policy_p50_ms: rounded(
      at(
        each.flat().toSorted((a, b) => a - b),
        0.5,
      ),
    ),
    policy_p99_ms: rounded(at(p99, 0.5)),
    policy_p99_worst_round_ms: rounded(Math.max(...p99)),
    policy_thousand_nodes_ms: rounded(Math.max(...fleet)),
  };
  console.error(
    `policy: ${rounds} rounds of ${decisions} decisions, ${policy.rules.length} rules: p50 ${figures.policy_p50_ms} ms, p99 ${figures.policy_p99_ms} ms ` +
      `(worst round ${figures.policy_p99_worst_round_ms} ms); one tool on ${FLEET} nodes at most ${figures.policy_thousand_nodes_ms} ms`,
  );
  return figures;
}

/** Returns one plan for each tool that accepts this number of nodes in the scope. */
function plansIn(scope: string, nodes: number): Plan[] {
  const catalogue = loadCatalogue();
  const fleet = Array.from({ length: nodes }, (_, index) => ({
    id: `id-${index}`,
    name: `n${index}`,
    phase: "ready" as const,
    address: `10.0.${index >> 8}.${index & 255}`,
    groups: [scope],
  }));
  const world = { catalogue, runbooks: runbooksOf([]), nodes: fleet };
  const forms = catalogue.list().filter(({ method, phases }) => method !== "winrm" && (!phases || phases.includes("ready")));
  return forms.map((form) => {
    const goal = { kind: "tool", tool: form.name, parameters: sampleOf(form) };
    return makePlan(Proposal.parse({ goal, targets: form.requiresTarget ? ["all"] : [] }), world);
  });
}

function timed(policy: Policy, plans: readonly Plan[]): number[] {
  return plans.flatMap((plan) =>
    Role.options.map((role) => {
      const before = performance.now();
      policy.decide(plan, { keyId: "bench", name: "bench", role });
      return performance.now() - before;
    }),
  );
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const rounded = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;
