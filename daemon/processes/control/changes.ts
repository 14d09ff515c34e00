/** Puts the road together for the control process: forms, runbooks, policy and audit behind one desk. */
import { AuditLog } from "../../audit/log.ts";
import { Desk } from "../../changes/changes.ts";
import type { ExecutionParts } from "../../changes/executions/executions.ts";
import { nodesFor, rememberedLabels } from "../../changes/known-nodes.ts";
import { offerOf } from "../../changes/offer.ts";
import { makePlan } from "../../changes/plans/planner.ts";
import { loadRunbooks, ourRunbooks, type Runbooks } from "../../changes/plans/runbook.ts";
import { type Catalogue, loadCatalogue, ourTools } from "../../changes/tools/catalogue.ts";
import type { Config } from "../../config/config.ts";
import type { Offer } from "../../contract/changes/offer.ts";
import type { DataDir } from "../../data-dir.ts";
import { playbooksIn } from "../../jobs/playbooks/playbooks.ts";
import type { Log } from "../../log/log.ts";
import type { InventoryFile } from "../../machines/inventory/file.ts";
import type { Stores } from "../../store/stores.ts";
import { ansibleDirectory } from "../ansible-directory.ts";
import { policyFrom } from "../policy.ts";
import { votingOf } from "../voting.ts";

export interface Governed {
  desk: Desk;
  offer(): Offer;
}

export interface GovernedParts {
  data: DataDir;
  stores: Stores;
  executor: ExecutionParts["executor"];
  inventory: InventoryFile;
  log: Log;
}

export function governed(config: Config, env: NodeJS.ProcessEnv, { data, stores, executor, inventory, log }: GovernedParts): Governed {
  const { catalogue, runbooks } = offered(config);
  const labels = rememberedLabels(inventory);
  const deskLog = log.child({ part: "desk" });
  const desk = new Desk({
    ...stores,
    executor,
    log: deskLog,
    audit: new AuditLog(stores.db),
    policy: policyFrom(config, env),
    plan: (proposal) => makePlan(proposal, { catalogue, runbooks, nodes: nodesFor(proposal, stores.nodes, labels, deskLog) }),
    clocks: { decideSeconds: config.policy.decide_seconds, executeSeconds: config.policy.execute_seconds },
    limit: config.tools.executions_at_once,
    voting: () => votingOf(config, data),
  });
  return { desk, offer: () => offerOf(catalogue, runbooks) };
}

/** As they were when the process began: the executor reads them for itself, and both must mean the same. */
export function offered({ tools, ansible }: Pick<Config, "tools" | "ansible">): { catalogue: Catalogue; runbooks: Runbooks } {
  const catalogue = loadCatalogue([ourTools, ...optional(tools.forms_directory)], playbooksIn(ansibleDirectory({ ansible })));
  return { catalogue, runbooks: loadRunbooks([ourRunbooks, ...optional(tools.runbooks_directory)], catalogue) };
}

const optional = (folder: string | undefined): string[] => (folder === undefined ? [] : [folder]);
