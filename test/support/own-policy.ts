/** The rules that Muster brings. A policy never changes, so one process loads each of them once. */
import type { ApprovalMode, ProdByHand } from "../../daemon/changes/policy/approval-mode.ts";
import { loadPolicy, type Policy } from "../../daemon/changes/policy/policy.ts";

const loaded = new Map<string, Policy>();

export function ownPolicy(approvalMode: ApprovalMode = "policy", prodByHand: ProdByHand = "policy"): Policy {
  const modes = `${approvalMode} ${prodByHand}`;
  const policy = loaded.get(modes) ?? loadPolicy({ folders: [], approvalMode, prodByHand });
  loaded.set(modes, policy);
  return policy;
}
