/** Who stands in a record: the person behind a key, whom an agent acted for, Muster itself, or somebody unknown at an address. */
import type { AuditEntry } from "../contract/audit/audit.ts";

type Actor = AuditEntry["actor"];

export const MUSTER: Actor = { keyId: "system", name: "muster", role: "system" };

/** People answer for what is done, not their keys. */
export const actorOf = ({ keyId, name, owner, role, onBehalfOf }: Actor & { owner?: string }): Actor => ({
  keyId,
  name: owner ?? name,
  role,
  ...(onBehalfOf !== undefined && { onBehalfOf }),
});

/** An address is of a person too, and may be erased like a name. */
export const strangerAt = (address: string): Actor => ({ keyId: "none", name: address, role: "none" });
