/** The folder with playbooks and roles: the operator's, or the one that comes with Muster. */
import { join } from "node:path";

export const ansibleDirectory = ({ ansible }: { ansible: { directory?: string | undefined } }): string =>
  ansible.directory ?? join(import.meta.dirname, "../../../ansible");
