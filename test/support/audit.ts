/** Entries for the audit, as the road writes them. */
import type { AuditEntry } from "../../daemon/contract/audit.ts";

export const alice = { keyId: "k1", name: "alice", role: "operator" };

export const intent = (executionId: string): AuditEntry => ({
  action: "intent",
  actor: alice,
  subject: `execution:${executionId}`,
  summary: "restart ssh on n1",
  executionId,
});

export const outcome = (executionId: string, result: string): AuditEntry => ({ ...intent(executionId), action: "outcome", result });
