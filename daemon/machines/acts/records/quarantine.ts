/** Admits or rejects a quarantined machine, which claims the identity of another node. */
import type { Job } from "../../../contract/jobs/job.ts";
import type { Claim } from "../../../contract/machines/enrol.ts";
import type { Node } from "../../../contract/machines/node.ts";
import type { Requester } from "../requester.ts";

export interface Release {
  name?: string | undefined;
  replace: boolean;
  confirm?: string | undefined;
}

export interface QuarantinePorts {
  quarantine: {
    /** Returns the node that the machine would replace, or undefined. Throws if the machine cannot be admitted in this way. */
    replaces(id: string, wish: Release): Node | undefined;
    release(id: string, wish: Release, by: string): Promise<{ node: Node; job: Job }>;
    /** Throws if no machine with this id is kept out. */
    find(id: string): Claim;
    discard(id: string, by: string): Claim;
  };
}

export async function releaseMachine(
  { quarantine }: QuarantinePorts,
  { id, ...wish }: Release & { id: string },
  requester: Requester,
): Promise<{ node: Node; job: Job }> {
  const node = quarantine.replaces(id, wish);
  const { name } = wish;
  if (node) requester.permit({ tool: "quarantine_replace", parameters: { id }, nodes: [node], typed: wish.confirm });
  else requester.permit({ tool: "quarantine_release", parameters: { id, ...(name !== undefined && { name }) } });
  return quarantine.release(id, wish, requester.name);
}

export function discardMachine({ quarantine }: QuarantinePorts, { id }: { id: string }, requester: Requester): Claim {
  quarantine.find(id);
  requester.permit({ tool: "quarantine_discard", parameters: { id } });
  return quarantine.discard(id, requester.name);
}
