/**
 * Builds the executor's settings for plans. With these settings, the executor can check a decision itself. The
 * settings also contain the SSH address of a node.
 */
import * as z from "zod";
import { inventoryFacts, knownNodes } from "../../changes/known-nodes.ts";
import { policySettings } from "../../changes/policy/settings.ts";
import { ourTools } from "../../changes/tools/catalogue.ts";
import { votingOf } from "../../changes/votes/voting.ts";
import { toolTimeouts } from "../../config/changes.ts";
import type { Config } from "../../config/config.ts";
import { runVariables } from "../../config/run-variables.ts";
import type { Target } from "../../contract/changes/plan.ts";
import type { DataDir } from "../../data-dir.ts";
import { pinnedKey } from "../../executor/executions/execution-check.ts";
import type { PlanSettings } from "../../executor/server.ts";
import type { SshPlace } from "../../executor/steps/ssh-line.ts";
import { ansibleDirectory } from "../../jobs/playbooks/ansible-directory.ts";
import { playbooksIn } from "../../jobs/playbooks/playbooks.ts";
import { InventoryFile } from "../../machines/inventory/file.ts";
import { valuesOfHosts } from "../../machines/inventory/reading/effective.ts";
import { NodeStore } from "../../store/machines/nodes.ts";

const SshValues = z.object({ ansible_port: z.int().default(22), ansible_user: z.string().default("root") });

export function planSettings(config: Config, data: DataDir, env: NodeJS.ProcessEnv): PlanSettings {
  const forms = config.changes.tools.forms_directory;
  const inventory = new InventoryFile(data.inventory);
  const facts = inventoryFacts(inventory, runVariables(config));
  return {
    governed: {
      database: data.database,
      tools: [ourTools, ...(forms === undefined ? [] : [forms])],
      timeouts: toolTimeouts(config),
      // The folder is read at each call, so that the executor never uses an outdated list of playbooks.
      playbooks: (name) => playbooksIn(ansibleDirectory(config.jobs))(name),
      policy: policySettings(config.changes, env),
      nodesNow: (db) => {
        const nodes = new Map(knownNodes(new NodeStore(db).list(), facts()).map((node) => [node.name, node]));
        return (name) => nodes.get(name);
      },
      voting: () => votingOf(config.changes, data),
      executeSeconds: config.changes.policy.execute_seconds,
    },
    valuesNow: (node) => facts().values?.(node).digest,
    sshPlace: (target) => sshPlace(target, data.database, inventory),
  };
}

/** Returns the SSH login that Ansible uses. Port and user are inventory variables of the node or its groups, with the defaults 22 and root. */
function sshPlace({ node, nodeId, address }: Target, database: string, inventory: InventoryFile): SshPlace {
  if (address === undefined) throw new Error(`${node} has no address`);
  const hostKey = pinnedKey(database, nodeId);
  if (hostKey === undefined) throw new Error(`no host key is pinned for ${node}: let it call home, or enrol it again`);
  const values = SshValues.parse(valuesOfHosts(inventory.reading())(node));
  return { node, host: address, port: values.ansible_port, user: values.ansible_user, hostKey };
}
