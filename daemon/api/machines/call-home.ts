/**
 * Defines the routes for call-homes (the first reports of new systems) and for the quarantine. A call-home without a
 * valid token changes nothing.
 */

import type { Job } from "../../contract/jobs/job.ts";
import type { CallHome } from "../../contract/machines/call-home.ts";
import type { Claim } from "../../contract/machines/enrol.ts";
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import { discardMachine, type QuarantinePorts, releaseMachine } from "../../machines/acts/records/quarantine.ts";
import type { Mount } from "../mount.ts";
import type { RequesterOf } from "../requester.ts";

export interface CallHomeApi extends QuarantinePorts {
  byHand: RequesterOf;
  /** `sender` is the address of the connection. */
  receive(callHome: CallHome, sender: string): Promise<{ node: Node; job: Job }>;
  quarantine: QuarantinePorts["quarantine"] & { list(all: boolean): Claim[] };
}

export function callHomeApi(mount: Mount, { receive, quarantine, byHand }: CallHomeApi): void {
  mount(routes.callHome, async (callHome, { request }) => {
    const { node, job } = await receive(callHome, request.ip);
    return { message: `Accepted provisioning request for ${node.name}. Ansible playbook started.`, job_id: job.id };
  });

  mount(routes.listQuarantine, ({ all }) => quarantine.list(all));
  mount(routes.releaseQuarantine, (wish, context) => releaseMachine({ quarantine }, wish, byHand(context)));
  mount(routes.discardQuarantine, (which, context) => discardMachine({ quarantine }, which, byHand(context)));
}
