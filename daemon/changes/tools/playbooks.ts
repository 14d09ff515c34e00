/** What has to be known of a playbook before a step that runs it can be planned. Who reads the files is somebody else. */
import type { Digest } from "../../contract/changes/plan.ts";

export interface PlaybookFacts {
  /** As its header says: a run that changes something is a failure. */
  readOnly: boolean;
  /** Of the playbook and everything in Ansible's folder that it can reach. */
  content: Digest;
}

/** Throws PLAYBOOK_NOT_FOUND; nothing where there is no folder of playbooks at all, as where forms are only looked at. */
export type Playbooks = (name: string) => PlaybookFacts | undefined;

/** For one plan: what a thousand steps run is read once. */
export function remembering(ask: Playbooks): Playbooks {
  const known = new Map<string, PlaybookFacts | undefined>();
  return (name) => {
    if (!known.has(name)) known.set(name, ask(name));
    return known.get(name);
  };
}
