/** Repeats a finished job with the same playbook and options on the same machine. If the job was a preview, it is repeated as a preview. */
import type { Client } from "../../../daemon/contract/client.ts";
import type { Job } from "../../../daemon/contract/jobs/job.ts";

export function rerunOf({
  playbook,
  purpose,
  nodeId,
  options,
}: Pick<Job, "playbook" | "purpose" | "nodeId" | "options">): (client: Client) => Promise<Pick<Job, "id">> {
  const check = purpose === "preview";
  // Playbooks that can be run by name are in the folder `playbooks`.
  // A playbook outside this folder is the playbook that configures new machines.
  const name = /^playbooks\/(.+)\.yaml$/.exec(playbook)?.[1];
  if (name === undefined) return (client) => client.reprovisionNode({ node: nodeId, check });
  return async (client) => {
    const [job] = await client.runPlaybook({ playbook: name, nodes: [nodeId], check, ...options });
    if (!job) throw new Error("the daemon created no job");
    return job;
  };
}
