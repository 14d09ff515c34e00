/**
 * Defines the routes that run playbooks by name. Control finds the name in its list of playbooks and never uses
 * the name as a path.
 */
import type { Job, RunPurpose } from "../../contract/jobs/job.ts";
import type { Playbook, PlaybookList } from "../../contract/jobs/playbook.ts";
import { givenOptions, parametersOfOptions, type RunOptions } from "../../contract/jobs/run-options.ts";
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Mount } from "../mount.ts";
import type { RequesterOf } from "../requester.ts";
import { chosenNodes, type NodesAndGroups } from "./chosen-nodes.ts";

/**
 * The position of a job in the queue. `after` is the id of a job that must succeed first. A job with a higher
 * priority begins earlier.
 */
export interface Turn {
  after?: string;
  priority?: number;
}

/** The options of a run belong to the order of its jobs. */
export type RunOrder = Turn & { options?: RunOptions };

export interface RunsApi extends NodesAndGroups {
  byHand: RequesterOf;
  playbooks(): PlaybookList;
  /** Queues one job per node. If one node is refused, throws and queues no job at all. */
  run(nodes: readonly Node[], playbook: Playbook, purpose: RunPurpose, requestedBy: string, order?: RunOrder): Job[];
}

export function runsApi(mount: Mount, { playbooks, run, byHand, ...fleet }: RunsApi): void {
  mount(routes.listPlaybooks, () => playbooks());

  mount(routes.runPlaybook, ({ playbook: name, nodes: limit, check, after, priority, ...given }, context) => {
    const playbook = playbookCalled(name, playbooks());
    const targets = chosenNodes(limit, fleet);
    const purpose = check ? "preview" : playbook.readOnly ? "look" : "change";
    const options = givenOptions(given);
    const order = { ...(after !== undefined && { after }), ...(priority !== undefined && { priority }), ...(options && { options }) };
    // The plan for the policy also checks the options against the playbook.
    const parameters = { playbook: name, check, ...parametersOfOptions(given) };
    byHand(context, "nodes").permit({ tool: "playbook_run", parameters, nodes: targets });
    requireLimited(playbook);
    return run(targets, playbook, purpose, context.caller.name, order);
  });
}

/** The policy allows a playbook that adds hosts only as an approved plan. A job is limited to its node. */
export function requireLimited({ name, addsHosts }: Playbook): void {
  if (addsHosts) throw new MusterError("REQUEST_INVALID", `playbook: ${name} adds hosts itself, so it runs only as an approved plan`);
}

export function playbookCalled(name: string, { playbooks, refused }: PlaybookList): Playbook {
  const playbook = playbooks.find((each) => each.name === name);
  if (playbook) return playbook;
  const reason = refused.find(({ file }) => file.endsWith(`/${name}.yaml`))?.reason;
  throw new MusterError("PLAYBOOK_NOT_FOUND", reason === undefined ? `there is no playbook ${name}` : `${name} is not offered: ${reason}`);
}
