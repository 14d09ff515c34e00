/** The facts about a playbook that are needed to plan a step. The caller provides the function that reads the files. */
import type { Digest } from "../../contract/changes/plan.ts";
import type { DeclaredVariables } from "../../contract/jobs/declared-variable.ts";

export interface PlaybookFacts {
  /**
   * True if the playbook's header declares the playbook as read-only. A run of a read-only playbook fails if the run
   * changes something.
   */
  readOnly: boolean;
  /** The digest of the playbook and of all files in Ansible's folder that the playbook can use. */
  content: Digest;
  /** All tags of the playbook. Absent if a part of the playbook cannot be read before the run. */
  tags?: readonly string[];
  /** The extra variables that the header declares. If absent, the playbook accepts any extra variable. */
  variables?: DeclaredVariables;
  /** The hosts of all plays. Present if the playbook adds hosts itself, so that no run of it is limited to its nodes. */
  addsHosts?: readonly string[];
}

/**
 * Throws PLAYBOOK_NOT_FOUND if there is no such playbook. Returns undefined if there is no folder of playbooks, for
 * example when forms are only checked.
 */
export type Playbooks = (name: string) => PlaybookFacts | undefined;

/** Reads each playbook once for a plan, even if a thousand steps run it. */
export function remembering(ask: Playbooks): Playbooks {
  const known = new Map<string, PlaybookFacts | undefined>();
  return (name) => {
    if (!known.has(name)) known.set(name, ask(name));
    return known.get(name);
  };
}
