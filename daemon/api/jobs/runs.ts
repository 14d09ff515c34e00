/**
 * Defines the routes that run playbooks by name. Control finds the name in its list of playbooks and never uses
 * the name as a path.
 */
import type { Job, RunPurpose } from "../../contract/jobs/job.ts";
import type { Playbook, PlaybookList } from "../../contract/jobs/playbook.ts";
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Mount } from "../mount.ts";
import type { RequesterOf } from "../requester.ts";

/**
 * The position of a job in the queue. `after` is the id of a job that must succeed first. A job with a higher
 * priority begins earlier.
 */
export interface Turn {
  after?: string;
  priority?: number;
}

interface Fleet {
  nodes: { list(): Node[] };
  /** Finds a node by its name, MAC address or id. Throws NODE_NOT_FOUND if no node matches. */
  findNode(reference: string): Node;
  /** Returns the reason why no playbook may run on the node. Returns undefined if playbooks may run. */
  notRunnable(node: Node): string | undefined;
}

export interface RunsApi extends Fleet {
  byHand: RequesterOf;
  playbooks(): PlaybookList;
  /** Queues one job per node. If one node is refused, throws and queues no job at all. */
  run(nodes: readonly Node[], playbook: Playbook, purpose: RunPurpose, requestedBy: string, turn?: Turn): Job[];
}

export function runsApi(mount: Mount, { playbooks, run, byHand, ...fleet }: RunsApi): void {
  mount(routes.listPlaybooks, () => playbooks());

  mount(routes.runPlaybook, ({ playbook: name, nodes: limit, check, after, priority }, context) => {
    const playbook = playbookCalled(name, playbooks());
    const targets = limit === "all" ? everyRunnable(fleet) : [...new Map(limit.map((each) => runnable(fleet, each))).values()];
    const purpose = check ? "preview" : playbook.readOnly ? "look" : "change";
    const turn = { ...(after !== undefined && { after }), ...(priority !== undefined && { priority }) };
    byHand(context, "nodes").permit({ tool: "playbook_run", parameters: { playbook: name, check }, nodes: targets });
    return run(targets, playbook, purpose, context.caller.name, turn);
  });
}

export function playbookCalled(name: string, { playbooks, refused }: PlaybookList): Playbook {
  const playbook = playbooks.find((each) => each.name === name);
  if (playbook) return playbook;
  const reason = refused.find(({ file }) => file.endsWith(`/${name}.yaml`))?.reason;
  throw new MusterError("PLAYBOOK_NOT_FOUND", reason === undefined ? `there is no playbook ${name}` : `${name} is not offered: ${reason}`);
}

function everyRunnable({ nodes, notRunnable }: Fleet): Node[] {
  const targets = nodes.list().filter((node) => notRunnable(node) === undefined);
  if (targets.length === 0) throw new MusterError("NODE_WRONG_PHASE", "nodes: no node is ready");
  return targets;
}

function runnable({ findNode, notRunnable }: Fleet, reference: string): [string, Node] {
  const node = findNode(reference);
  const reason = notRunnable(node);
  if (reason !== undefined) throw new MusterError("NODE_WRONG_PHASE", `nodes: ${reason}`);
  return [node.id, node];
}
