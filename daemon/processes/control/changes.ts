/** Starts the area `changes`, which plans every change from tool forms and runbooks. The policy then decides about the plan. */
import type { GovernApi } from "../../api/changes/changes.ts";
import { Changes, type ChangesParts, heardByChanges } from "../../changes/changes.ts";
import type { ExecutionParts } from "../../changes/executions/executions.ts";
import { inventoryFacts, nodesFor } from "../../changes/known-nodes.ts";
import { foundRunbooks, offerOf } from "../../changes/offer.ts";
import { makePlan } from "../../changes/plans/planner.ts";
import { loadRunbooks, ourRunbooks, type Runbooks } from "../../changes/plans/runbook.ts";
import { policyFrom } from "../../changes/policy/settings.ts";
import { type Catalogue, loadCatalogue, ourTools } from "../../changes/tools/catalogue.ts";
import { votingOf } from "../../changes/votes/voting.ts";
import { toolTimeouts } from "../../config/changes.ts";
import type { Config } from "../../config/config.ts";
import { runVariables } from "../../config/run-variables.ts";
import type { RunbookSearch } from "../../contract/changes/incident.ts";
import type { FoundRunbooks, Offer } from "../../contract/changes/offer.ts";
import { ansibleDirectory } from "../../jobs/playbooks/ansible-directory.ts";
import { playbooksIn } from "../../jobs/playbooks/playbooks.ts";
import { type Acts, performOwnAct } from "../../machines/acts/own-acts.ts";
import type { InventoryFile } from "../../machines/inventory/file.ts";
import type { Shared } from "./shared.ts";

export interface StartedChanges {
  desk: Changes;
  api: Pick<GovernApi, "desk" | "offer" | "findRunbooks">;
}

export async function startChanges(shared: Shared, acts: Acts, loaded: Offered): Promise<StartedChanges> {
  const { parts, link, inventory } = shared;
  const ports = { executor: link, inventory: inventory.file, act: (act: Parameters<ChangesParts["act"]>[0]) => performOwnAct(acts, act) };
  const { desk, ...offers } = governed({ ...shared, ...ports }, loaded);
  link.on(heardByChanges, (message) => desk.receive(message));
  link.onState((state) => state === "disconnected" && desk.lost());
  await parts.start(
    "changes",
    () => desk.start(),
    () => desk.stop(),
  );
  return { desk, api: { desk, ...offers } };
}

export interface GovernedParts extends Pick<Shared, "config" | "env" | "data" | "stores" | "audit" | "log"> {
  executor: ExecutionParts["executor"];
  inventory: InventoryFile;
  act: ChangesParts["act"];
}

export function governed(
  { config, env, data, stores, audit, executor, inventory, act, log }: GovernedParts,
  { catalogue, runbooks }: Offered = offered(config),
): {
  desk: Changes;
  offer(): Offer;
  findRunbooks(search: RunbookSearch): FoundRunbooks;
} {
  const facts = inventoryFacts(inventory, runVariables(config));
  const deskLog = log.child({ part: "desk" });
  const desk = new Changes({
    ...stores,
    executor,
    act,
    log: deskLog,
    audit,
    policy: policyFrom(config.changes, env),
    plan: (proposal, field) => makePlan(proposal, { catalogue, runbooks, nodes: nodesFor(proposal, stores.nodes, facts, deskLog) }, field),
    isRepeatable: (tool) => catalogue.has(tool) && catalogue.get(tool).repeatable,
    clocks: { decideSeconds: config.changes.policy.decide_seconds, executeSeconds: config.changes.policy.execute_seconds },
    limit: config.changes.tools.executions_at_once,
    voting: () => votingOf(config.changes, data),
  });
  return {
    desk,
    offer: () => offerOf(catalogue, runbooks),
    findRunbooks: (search) => foundRunbooks(catalogue, runbooks, search),
  };
}

export interface Offered {
  catalogue: Catalogue;
  runbooks: Runbooks;
}

/**
 * Loads the tool forms and runbooks once, at the start. The executor loads the same files itself, and the tool forms
 * of both processes must match.
 */
export function offered(config: Config): Offered {
  const { tools } = config.changes;
  const playbooks = playbooksIn(ansibleDirectory(config.jobs));
  const catalogue = loadCatalogue([ourTools, ...optional(tools.forms_directory)], playbooks, toolTimeouts(config));
  return { catalogue, runbooks: loadRunbooks([ourRunbooks, ...optional(tools.runbooks_directory)], catalogue) };
}

const optional = (folder: string | undefined): string[] => (folder === undefined ? [] : [folder]);
