/**
 * Defines the routes for call-homes (the first reports of new systems) and for the quarantine. A call-home without a
 * valid token changes nothing.
 */

import type { Job } from "../../contract/jobs/job.ts";
import type { CallHome } from "../../contract/machines/call-home.ts";
import type { Claim } from "../../contract/machines/enrol.ts";
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import type { Mount } from "../mount.ts";

export interface CallHomeApi {
  /** `sender` is the address of the connection. */
  receive(callHome: CallHome, sender: string): Promise<{ node: Node; job: Job }>;
  quarantine: {
    list(all: boolean): Claim[];
    release(
      id: string,
      wish: { name?: string | undefined; replace: boolean; confirm?: string | undefined },
      by: string,
    ): Promise<{ node: Node; job: Job }>;
    discard(id: string, by: string): Claim;
  };
}

export function callHomeApi(mount: Mount, { receive, quarantine }: CallHomeApi): void {
  mount(routes.callHome, async (callHome, { request }) => {
    const { node, job } = await receive(callHome, request.ip);
    return { message: `Accepted provisioning request for ${node.name}. Ansible playbook started.`, job_id: job.id };
  });

  mount(routes.listQuarantine, ({ all }) => quarantine.list(all));
  mount(routes.releaseQuarantine, ({ id, ...wish }, { caller }) => quarantine.release(id, wish, caller.name));
  mount(routes.discardQuarantine, ({ id }, { caller }) => quarantine.discard(id, caller.name));
}
