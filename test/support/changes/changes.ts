/**
 * The real desk with real stores, forms, rules and audit log. Its executor only records what it receives,
 * unless a test passes a real one.
 */
import { AuditLog } from "../../../daemon/audit/log.ts";
import { alertRunbooks } from "../../../daemon/changes/alert-runbooks.ts";
import { Changes, type ChangesParts } from "../../../daemon/changes/changes.ts";
import { foundRunbooks, offerOf } from "../../../daemon/changes/offer.ts";
import { makePlan } from "../../../daemon/changes/plans/planner.ts";
import { loadRunbooks, ourRunbooks } from "../../../daemon/changes/plans/runbook.ts";
import type { Who } from "../../../daemon/changes/policy/policy.ts";
import { loadCatalogue, ourTools } from "../../../daemon/changes/tools/catalogue.ts";
import type { AuditRecord } from "../../../daemon/contract/audit/audit.ts";
import type { RunbookSearch } from "../../../daemon/contract/changes/incident.ts";
import { Proposal, type ProposalInput } from "../../../daemon/contract/changes/plan.ts";
import type { ToExecutor } from "../../../daemon/contract/executor-protocol.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { createLog } from "../../../daemon/log/log.ts";
import { performOwnAct } from "../../../daemon/machines/acts/own-acts.ts";
import { ownActs } from "../../../daemon/processes/control/own-acts.ts";
import { actPorts } from "../machines/act-ports.ts";
import { ownPolicy } from "../own-policy.ts";
import { addNode, openWorld, type World } from "../world.ts";

export const catalogue = loadCatalogue([ourTools]);
export const runbooks = loadRunbooks([ourRunbooks], catalogue);
export const offer = () => offerOf(catalogue, runbooks);
export const runbooksFor = alertRunbooks({ catalogue, runbooks });
export const findRunbooks = (search: RunbookSearch) => foundRunbooks(catalogue, runbooks, search);

export interface DeskLab {
  world: World;
  desk: Changes;
  /** The messages that the executor received. */
  told: ToExecutor[];
  executor: { connected: boolean };
  /** Effects of acts outside of the database. */
  effects: string[];
  /** Groups by node name. A node without an entry is in no group. */
  groups: Map<string, string[]>;
  /** Stands still until a test moves it. */
  clock: { now: Date; pass(seconds: number): void };
  node(name: string, ...groups: string[]): Node;
  records(...actions: AuditRecord["action"][]): AuditRecord[];
}

export function openDesk(world: World = openWorld(), parts: Partial<ChangesParts> = {}): DeskLab {
  const told: ToExecutor[] = [];
  const groups = new Map<string, string[]>();
  const clock = {
    now: new Date("2026-11-21T12:00:00Z"),
    pass: (seconds: number) => {
      clock.now = new Date(clock.now.getTime() + seconds * 1000);
    },
  };
  const executor = {
    connected: true,
    send: (message: ToExecutor) => {
      if (executor.connected) told.push(message);
      return executor.connected;
    },
  };
  const audit = new AuditLog(world.db, () => clock.now);
  const acts = actPorts(world);
  const desk = new Changes({
    ...world,
    audit,
    executor,
    log: createLog("test", "silent"),
    policy: ownPolicy(),
    plan: (proposal, field) => makePlan(proposal, { catalogue, runbooks, nodes: fleet() }, field),
    isRepeatable: (tool) => catalogue.has(tool) && catalogue.get(tool).repeatable,
    act: (act) => performOwnAct(ownActs(acts.ports), act),
    clocks: { decideSeconds: 600, executeSeconds: 300 },
    limit: 3,
    now: () => clock.now,
    ...parts,
  });
  const fleet = () =>
    world.nodes.list().map(({ id, name, state, address }) => ({ id, name, phase: state.phase, address, groups: groups.get(name) ?? [] }));
  return {
    world,
    desk,
    told,
    executor,
    effects: acts.effects,
    groups,
    clock,
    node: (name, ...labels) => {
      groups.set(name, labels);
      const node = addNode(world, { phase: "ready", since: clock.now.toISOString() }, name);
      return world.registry.update(node.id, (was) => ({
        node: { ...was, address: `10.0.0.${world.nodes.list().length}` },
        event: { source: "control", type: "node.ready", summary: "made for a test" },
      }));
    },
    records: (...actions) =>
      audit
        .list()
        .toReversed()
        .filter(({ action }) => actions.length === 0 || actions.includes(action)),
  };
}

/** A person with a key. */
export const person = (name: string, role: Who["role"] = "operator"): Who => ({ keyId: `key of ${name}`, name, role });

export const wish = (
  tool: string,
  targets: string[],
  parameters: Record<string, string> = {},
  more: Partial<ProposalInput> = {},
): Proposal => Proposal.parse({ goal: { kind: "tool", tool, parameters }, targets, ...more });

export const diskUsage = (...targets: string[]): Proposal => wish("disk_usage", targets);
export const restartSsh = (...targets: string[]): Proposal =>
  wish("service_restart", targets, { unit: "ssh.service" }, { reason: "it hangs" });
