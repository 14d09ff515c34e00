/** The policy a process asks, from the configuration and from the environment; the stricter of both holds. */

import { type ApprovalMode, approvalModes, parseApprovalMode } from "../changes/policy/approval-mode.ts";
import { loadPolicy, type Policy, type PolicySettings } from "../changes/policy/policy.ts";
import type { Config } from "../config/config.ts";

/** Older installations set the second one. */
export const approvalVariables = ["MUSTER_APPROVAL_MODE", "APPROVAL_MODE"];

export const policyFrom = (config: Pick<Config, "policy">, env: NodeJS.ProcessEnv): Policy => loadPolicy(policySettings(config, env));

export function policySettings({ policy }: Pick<Config, "policy">, env: NodeJS.ProcessEnv): PolicySettings {
  const modes = [policy.approval_mode, ...approvalVariables.map((name) => parseApprovalMode(env[name] ?? "", name))];
  return { folders: policy.rules_directory === undefined ? [] : [policy.rules_directory], approvalMode: strictest(modes) };
}

const strictest = (modes: readonly ApprovalMode[]): ApprovalMode => approvalModes.findLast((mode) => modes.includes(mode)) ?? "everything";
