/** Determines the actor of an audit record. An actor is a person, Muster itself, or the address of an unknown client. */
import type { AuditEntry } from "../contract/audit/audit.ts";

type Actor = AuditEntry["actor"];

export const MUSTER: Actor = { keyId: "system", name: "muster", role: "system" };

/** Returns the owner of the key as the actor, because people are responsible for actions, not their keys. */
export const actorOf = ({ keyId, name, owner, role, onBehalfOf }: Actor & { owner?: string }): Actor => ({
  keyId,
  name: owner ?? name,
  role,
  ...(onBehalfOf !== undefined && { onBehalfOf }),
});

/** Returns an actor that is known only by its address. An address can identify a person, so it can be erased like a name. */
export const strangerAt = (address: string): Actor => ({ keyId: "none", name: address, role: "none" });
