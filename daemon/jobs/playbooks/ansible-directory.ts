/** Returns the folder with playbooks and roles. The operator's configured folder takes precedence over Muster's own folder. */
import { join } from "node:path";

export const ansibleDirectory = ({ ansible }: { ansible: { directory?: string | undefined } }): string =>
  ansible.directory ?? join(import.meta.dirname, "../../../ansible");
