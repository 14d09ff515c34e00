/**
 * Checks independently of control whether an execution may start. Reads the database in read-only mode, and uses the
 * executor's own tool forms and policy.
 */
import { existsSync } from "node:fs";
import { checkWarrant } from "../../changes/executions/warrant.ts";
import type { KnownNode } from "../../changes/plans/targets.ts";
import { loadPolicy, type PolicySettings } from "../../changes/policy/policy.ts";
import { type Catalogue, loadCatalogue } from "../../changes/tools/catalogue.ts";
import type { Playbooks } from "../../changes/tools/playbooks.ts";
import type { Voting } from "../../changes/votes/verify.ts";
import type { PlannedWork } from "../../contract/changes/plan.ts";
import { explain } from "../../errors/errors.ts";
import { ApprovalStore } from "../../store/changes/approvals.ts";
import { ExecutionStore } from "../../store/changes/executions.ts";
import { PlanStore } from "../../store/changes/plans.ts";
import { type Db, openReadOnly } from "../../store/database.ts";
import { HostKeyStore } from "../../store/machines/host-keys.ts";
import type { ExecutionLedger } from "./ledger.ts";

export interface CheckSources {
  database: string;
  /** The paths of the folders with tool forms. */
  tools: readonly string[];
  /** The time limits of tools that the configuration sets, in seconds. */
  timeouts?: Readonly<Record<string, number>>;
  /** The current playbooks in Ansible's folder. */
  playbooks: Playbooks;
  policy: PolicySettings;
  /** Returns a function that finds a node by name. The node's data comes from the current database and inventory. */
  nodesNow(db: Db): (name: string) => KnownNode | undefined;
  /** Returns the valid voters from the executor's own file. Throws an error if the file cannot be read. */
  voting(): Voting;
  /** A plan may start within this number of seconds after the last signature. */
  executeSeconds: number;
}

export type ExecutionCheck = { ok: true; work: PlannedWork; approvalId?: string; catalogue: Catalogue } | { ok: false; reason: string };

/**
 * Returns whether the execution may start. If the database or a file cannot be read, the function refuses the execution
 * instead of throwing an error.
 */
export function checkExecution(
  executionId: string,
  { database, tools, timeouts, playbooks, policy, nodesNow, voting, executeSeconds }: CheckSources,
  ledger: ExecutionLedger,
  now: Date,
): ExecutionCheck {
  if (!existsSync(database)) return refused("there is no database");
  const db = openReadOnly(database);
  try {
    const execution = new ExecutionStore(db).get(executionId);
    if (!execution) return refused("there is no such execution");
    const work = new PlanStore(db).get(execution.planId);
    if (!work) return refused("there is no such plan");
    const { approvalId } = execution;
    const catalogue = loadCatalogue(tools, playbooks, timeouts);
    const warrant = checkWarrant(
      { execution, work, approval: approvalId === undefined ? undefined : new ApprovalStore(db).get(approvalId) },
      {
        now,
        catalogue,
        policy: loadPolicy(policy),
        node: nodesNow(db),
        begun: (id) => ledger.holds(id),
        voting: voting(),
        executeSeconds,
      },
    );
    if (!warrant.ok) return warrant;
    return { ok: true, work, catalogue, ...(approvalId !== undefined && { approvalId }) };
  } catch (error) {
    return refused(explain(error));
  } finally {
    db.close();
  }
}

/** Returns the SSH host key that the node sent in its first message (call-home). */
export function pinnedKey(database: string, nodeId: string): string | undefined {
  const db = openReadOnly(database);
  try {
    return new HostKeyStore(db).find(nodeId);
  } finally {
    db.close();
  }
}

const refused = (reason: string): ExecutionCheck => ({ ok: false, reason });
