/** The door that new machines knock at. Who comes without a good token changes nothing. */
import type { CallHome } from "../contract/call-home.ts";
import type { Job } from "../contract/job.ts";
import type { Node } from "../contract/node.ts";
import { routes } from "../contract/routes.ts";
import { MusterError } from "../errors.ts";
import { deadlineAfter } from "../fleet/deadlines.ts";
import type { NodeStore } from "../store/nodes.ts";
import type { TokenStore } from "../store/tokens.ts";
import type { Mount } from "./mount.ts";
import { find } from "./nodes.ts";

export interface CallHomeApi {
  nodes: NodeStore;
  tokens: TokenStore;
  receive(callHome: CallHome): Promise<{ node: Node; job: Job }>;
}

export function callHomeApi(mount: Mount, { nodes, tokens, receive }: CallHomeApi): void {
  mount(routes.callHome, async (callHome) => {
    const { node, job } = await receive(callHome);
    return { message: `Accepted provisioning request for ${node.name}. Ansible playbook started.`, job_id: job.id };
  });

  mount(routes.createToken, ({ node, ttlSeconds }) => {
    const target = find(nodes, node);
    if (target.state.phase === "discovered") throw new MusterError("NODE_WRONG_PHASE", `${target.name} has not been accepted yet`);
    if (target.state.phase === "retired") throw new MusterError("NODE_WRONG_PHASE", `${target.name} is retired`);
    const now = new Date();
    const expiresAt = deadlineAfter(now, ttlSeconds);
    return { token: tokens.issue(target.id, "enrol", now, expiresAt), expiresAt };
  });
}
