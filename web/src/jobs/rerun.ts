/** Requests a finished job again: the same playbook on the same machine, as a preview if it was one. */
import type { Client } from "../../../daemon/contract/client.ts";
import type { Job } from "../../../daemon/contract/jobs/job.ts";

export function rerunOf({
  playbook,
  purpose,
  nodeId,
}: Pick<Job, "playbook" | "purpose" | "nodeId">): (client: Client) => Promise<Pick<Job, "id">> {
  const check = purpose === "preview";
  // Playbooks with a name are in a folder of their own. Any other playbook is the one that configures new machines.
  const name = /^playbooks\/(.+)\.yaml$/.exec(playbook)?.[1];
  if (name === undefined) return (client) => client.reprovisionNode({ node: nodeId, check });
  return async (client) => {
    const [job] = await client.runPlaybook({ playbook: name, nodes: [nodeId], check });
    if (!job) throw new Error("the daemon created no job");
    return job;
  };
}
