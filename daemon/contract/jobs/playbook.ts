/** A playbook that may be run by name: one of Ansible's folder `playbooks` whose header says what it does. */
import * as z from "zod";

/** The file's name without `.yaml`: never a path. */
export const PlaybookName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,60}$/, "is not the name of a playbook: lower-case letters, digits, - and _, without folder and .yaml");
export type PlaybookName = z.output<typeof PlaybookName>;

export const Playbook = z.object({
  name: PlaybookName,
  /** What it does, as its header says. */
  does: z.string(),
  /** It only looks: a run that changes something is a failure. */
  readOnly: z.boolean(),
  /** Of it and of everything beside it in Ansible's folder that it can reach, as they are now. */
  sha256: z.string(),
});
export type Playbook = z.output<typeof Playbook>;

export const PlaybookList = z.object({
  playbooks: z.array(Playbook),
  /** Files that are not offered, and why. */
  refused: z.array(z.object({ file: z.string(), reason: z.string() })),
});
export type PlaybookList = z.output<typeof PlaybookList>;
