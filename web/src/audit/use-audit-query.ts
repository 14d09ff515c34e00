/** The search of the audit log, held in the address. */
import { useMemo, useSyncExternalStore } from "react";
import { type AuditFilter, auditHash, parseAuditHash } from "./audit-query.ts";

export function useAuditFilter(): [AuditFilter, (change: Partial<AuditFilter>) => void] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const filter = useMemo(() => parseAuditHash(hash), [hash]);
  const change = (part: Partial<AuditFilter>) => {
    // Typing must not add history entries. The event fires at once, because a delayed value would drop typed letters.
    history.replaceState(history.state, "", auditHash({ ...parseAuditHash(location.hash), ...part }));
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  return [filter, change];
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
