/** A small fleet with Muster's own tools and runbooks, for tests of planning. */

import { makePlan, type World } from "../../../../daemon/changes/plans/planner.ts";
import { loadRunbooks, ourRunbooks } from "../../../../daemon/changes/plans/runbook.ts";
import type { KnownNode } from "../../../../daemon/changes/plans/targets.ts";
import { loadCatalogue, ourTools } from "../../../../daemon/changes/tools/catalogue.ts";
import { Proposal, type ProposalInput } from "../../../../daemon/contract/changes/plan.ts";

export const node = (
  name: string,
  groups: string[] = [],
  phase: KnownNode["phase"] = "ready",
  address: string | undefined = "10.0.0.7",
): KnownNode => ({
  id: `id-${name}`,
  name,
  phase,
  address,
  groups: ["worker_nodes", ...groups],
});

export const fleet: readonly KnownNode[] = [
  node("n1", ["prod"]),
  node("n2", ["dev"], "ready", "10.0.0.8"),
  node("n3", ["staging", "dev"], "ready", "10.0.0.9"),
  node("unlabelled", [], "ready", "10.0.0.10"),
  node("old", ["attic"], "retired"),
  node("fresh", ["attic"], "armed"),
];

const catalogue = loadCatalogue([ourTools]);
export const world: World = { catalogue, runbooks: loadRunbooks([ourRunbooks], catalogue), nodes: fleet };

export const plan = (proposal: ProposalInput, over: Partial<World> = {}) => makePlan(Proposal.parse(proposal), { ...world, ...over });
export const tool = (name: string, parameters: Record<string, string | number | boolean> = {}): ProposalInput["goal"] => ({
  kind: "tool",
  tool: name,
  parameters,
});
export const runbook = (name: string, parameters: Record<string, string | number | boolean> = {}): ProposalInput["goal"] => ({
  kind: "runbook",
  runbook: name,
  parameters,
});
