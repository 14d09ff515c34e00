/** The routes that run playbooks by name. A name is looked up in the list of those that are there; it never becomes a path. */
import type { Job, RunPurpose } from "../../contract/jobs/job.ts";
import type { Playbook, PlaybookList } from "../../contract/jobs/playbook.ts";
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { findNode } from "../../machines/find-node.ts";
import { notRunnable } from "../../machines/runnable.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import { type ByHandApi, byHand } from "../changes/by-hand.ts";
import type { Mount } from "../mount.ts";

/** When a job begins: after which other, and before which. */
export interface Turn {
  after?: string;
  priority?: number;
}

export interface RunsApi extends ByHandApi {
  nodes: NodeStore;
  playbooks(): PlaybookList;
  /** One job for each node, or an error and none. */
  run(nodes: readonly Node[], playbook: Playbook, purpose: RunPurpose, requestedBy: string, turn?: Turn): Job[];
}

export function runsApi(mount: Mount, { nodes, playbooks, run, desk }: RunsApi): void {
  mount(routes.listPlaybooks, () => playbooks());

  mount(routes.runPlaybook, ({ playbook: name, nodes: limit, check, after, priority }, context) => {
    const playbook = playbookCalled(name, playbooks());
    const targets = limit === "all" ? everyRunnable(nodes) : [...new Map(limit.map((each) => runnable(nodes, each))).values()];
    const purpose = check ? "preview" : playbook.readOnly ? "look" : "change";
    const turn = { ...(after !== undefined && { after }), ...(priority !== undefined && { priority }) };
    byHand({ desk }, context, "nodes").permit({ tool: "playbook_run", parameters: { playbook: name, check }, nodes: targets });
    return run(targets, playbook, purpose, context.caller.name, turn);
  });
}

export function playbookCalled(name: string, { playbooks, refused }: PlaybookList): Playbook {
  const playbook = playbooks.find((each) => each.name === name);
  if (playbook) return playbook;
  const reason = refused.find(({ file }) => file.endsWith(`/${name}.yaml`))?.reason;
  throw new MusterError("PLAYBOOK_NOT_FOUND", reason === undefined ? `there is no playbook ${name}` : `${name} is not offered: ${reason}`);
}

function everyRunnable(nodes: NodeStore): Node[] {
  const targets = nodes.list().filter((node) => notRunnable(node) === undefined);
  if (targets.length === 0) throw new MusterError("NODE_WRONG_PHASE", "nodes: no node is ready");
  return targets;
}

function runnable(nodes: NodeStore, reference: string): [string, Node] {
  const node = findNode(nodes, reference);
  const reason = notRunnable(node);
  if (reason !== undefined) throw new MusterError("NODE_WRONG_PHASE", `nodes: ${reason}`);
  return [node.id, node];
}
