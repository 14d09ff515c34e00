/**
 * Reads the policy settings of a process from the configuration and the environment. If the approval modes differ, the
 * strictest mode applies.
 */
import { type ApprovalMode, approvalModes, type ProdByHand, parseApprovalMode } from "./approval-mode.ts";
import { loadPolicy, type Policy, type PolicySettings } from "./policy.ts";

/** Older installations set `APPROVAL_MODE`. */
export const approvalVariables = ["MUSTER_APPROVAL_MODE", "APPROVAL_MODE"];

interface Configured {
  policy: { rules_directory?: string | undefined; approval_mode: ApprovalMode; prod_by_hand?: ProdByHand };
}

export const policyFrom = (config: Configured, env: NodeJS.ProcessEnv): Policy => loadPolicy(policySettings(config, env));

export function policySettings({ policy }: Configured, env: NodeJS.ProcessEnv): PolicySettings {
  const modes = [policy.approval_mode, ...approvalVariables.map((name) => parseApprovalMode(env[name] ?? "", name))];
  return {
    folders: policy.rules_directory === undefined ? [] : [policy.rules_directory],
    approvalMode: strictest(modes),
    prodByHand: policy.prod_by_hand ?? "policy",
  };
}

const strictest = (modes: readonly ApprovalMode[]): ApprovalMode => approvalModes.findLast((mode) => modes.includes(mode)) ?? "everything";
