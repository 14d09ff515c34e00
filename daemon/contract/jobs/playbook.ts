/** A playbook that can be run by name: a file in Ansible's folder `playbooks` with a header that describes it. */
import * as z from "zod";

/** The file name without `.yaml`, never a path. */
export const PlaybookName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,60}$/, "is not the name of a playbook: lower-case letters, digits, - and _, without folder and .yaml");
export type PlaybookName = z.output<typeof PlaybookName>;

export const Playbook = z.object({
  name: PlaybookName,
  /** Description from its header. */
  does: z.string(),
  /** Changes nothing. A run that changes something fails. */
  readOnly: z.boolean(),
  /** Digest of the playbook and of all files in Ansible's folder that it can use. */
  sha256: z.string(),
});
export type Playbook = z.output<typeof Playbook>;

export const PlaybookList = z.object({
  playbooks: z.array(Playbook),
  /** Files that are not offered, with the reason. */
  refused: z.array(z.object({ file: z.string(), reason: z.string() })),
});
export type PlaybookList = z.output<typeof PlaybookList>;
