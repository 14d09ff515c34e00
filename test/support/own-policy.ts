/** The rules that Muster brings. A policy never changes, so one process loads each of them once. */
import type { ApprovalMode } from "../../daemon/changes/policy/approval-mode.ts";
import { loadPolicy, type Policy } from "../../daemon/changes/policy/policy.ts";

const loaded = new Map<ApprovalMode, Policy>();

export function ownPolicy(approvalMode: ApprovalMode = "policy"): Policy {
  const policy = loaded.get(approvalMode) ?? loadPolicy({ folders: [], approvalMode });
  loaded.set(approvalMode, policy);
  return policy;
}
