/** Who stands in a record: the person behind a key, whom an agent acted for, Muster itself, or somebody unknown at an address. */
import type { AuditEntry } from "../contract/audit.ts";

type Actor = AuditEntry["actor"];

export const MUSTER: Actor = { keyId: "system", name: "muster", role: "system" };

/** A key that is named after a thing acts for the person it belongs to. */
export const actorOf = ({ keyId, name, owner, role, onBehalfOf = owner }: Actor & { owner?: string }): Actor => ({
  keyId,
  name,
  role,
  ...(onBehalfOf !== undefined && onBehalfOf !== name && { onBehalfOf }),
});

/** An address is of a person too, and may be erased like a name. */
export const strangerAt = (address: string): Actor => ({ keyId: "none", name: address, role: "none" });
