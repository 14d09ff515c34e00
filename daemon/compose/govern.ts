/** Puts the road together for the control process: forms, runbooks, policy and audit behind one desk. */
import { AuditLog } from "../audit/log.ts";
import type { Config } from "../config.ts";
import type { Offer } from "../contract/offer.ts";
import type { DataDir } from "../data-dir.ts";
import { Desk } from "../govern/desk.ts";
import type { ExecutionParts } from "../govern/executions.ts";
import { offerOf } from "../govern/offer.ts";
import type { InventoryFile } from "../inventory/file.ts";
import type { Log } from "../log.ts";
import { makePlan } from "../plans/planner.ts";
import { loadRunbooks, ourRunbooks, type Runbooks } from "../plans/runbook.ts";
import type { Stores } from "../store/stores.ts";
import { type Catalogue, loadCatalogue, ourTools } from "../tools/catalogue.ts";
import { ansibleDirectory } from "./ansible-directory.ts";
import { nodesFor, rememberedLabels } from "./known-nodes.ts";
import { playbooksIn } from "./playbooks.ts";
import { policyFrom } from "./policy.ts";
import { votingOf } from "./voting.ts";

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
