/**
 * A playbook that can be run by name. The file of the playbook is in Ansible's folder `playbooks`, and its header describes
 * the playbook.
 */
import * as z from "zod";
import { DeclaredVariables } from "./declared-variable.ts";

/** The file name without `.yaml`. The name is never a path. */
export const PlaybookName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,60}$/, "is not the name of a playbook: lower-case letters, digits, - and _, without folder and .yaml");
export type PlaybookName = z.output<typeof PlaybookName>;

export const Playbook = z.object({
  name: PlaybookName,
  /** The description from the playbook's header. */
  does: z.string(),
  /** True if the playbook changes nothing. A run of a read-only playbook fails if it changes something. */
  readOnly: z.boolean(),
  /** One digest of the playbook and of all files in Ansible's folder that the playbook can use. */
  sha256: z.string(),
  /** All tags of the playbook. Absent if a part of the playbook cannot be read before the run. */
  tags: z.array(z.string()).optional(),
  /** The extra variables that the header declares. If absent, the playbook accepts any extra variable. */
  variables: DeclaredVariables.optional(),
  /** The hosts of all plays. Present if the playbook adds hosts itself, so that no run of it is limited to its nodes. */
  addsHosts: z.array(z.string()).optional(),
});
export type Playbook = z.output<typeof Playbook>;

export const PlaybookList = z.object({
  playbooks: z.array(Playbook),
  /** Files that Muster does not offer as playbooks, each with the reason. */
  refused: z.array(z.object({ file: z.string(), reason: z.string() })),
});
export type PlaybookList = z.output<typeof PlaybookList>;
