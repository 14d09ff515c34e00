/** The actor of a record: the owner of a key, the person that an agent acted for, Muster itself, or an unknown client's address. */
import type { AuditEntry } from "../contract/audit/audit.ts";

type Actor = AuditEntry["actor"];

export const MUSTER: Actor = { keyId: "system", name: "muster", role: "system" };

/** People are responsible for actions, not their keys. */
export const actorOf = ({ keyId, name, owner, role, onBehalfOf }: Actor & { owner?: string }): Actor => ({
  keyId,
  name: owner ?? name,
  role,
  ...(onBehalfOf !== undefined && { onBehalfOf }),
});

/** An address can identify a person too, and can be erased like a name. */
export const strangerAt = (address: string): Actor => ({ keyId: "none", name: address, role: "none" });
