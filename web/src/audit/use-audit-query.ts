/** What is looked for in the audit, kept in the address. */
import { useMemo, useSyncExternalStore } from "react";
import { type AuditWish, auditHash, parseAuditHash } from "./audit-query.ts";

export function useAuditWish(): [AuditWish, (change: Partial<AuditWish>) => void] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const wish = useMemo(() => parseAuditHash(hash), [hash]);
  const change = (part: Partial<AuditWish>) => {
    // Not an entry of the history for every letter typed; and told at once, or a field would lose its letters.
    history.replaceState(history.state, "", auditHash({ ...parseAuditHash(location.hash), ...part }));
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  return [wish, change];
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
