/** Where playbooks and roles are: the operator's folder, or the one Muster brings. */
import { join } from "node:path";
import type { Config } from "../config/config.ts";

export const ansibleDirectory = ({ ansible }: Pick<Config, "ansible">): string =>
  ansible.directory ?? join(import.meta.dirname, "../../ansible");
