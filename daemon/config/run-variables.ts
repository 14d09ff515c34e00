/** The variables that Muster gives to every run of Ansible. */
import { loadAccess } from "./access-secrets.ts";
import type { Config } from "./config.ts";

export const runVariables = (config: Config): { common_admin_user: string; common_admin_keys: string[] } => ({
  common_admin_user: config.machines.access.admin_user,
  common_admin_keys: loadAccess(config).sshKeys,
});
