/** Compares people by name: owners of keys, requesters and voters. */

/** Ignores case and spaces: one person spells a name in two ways more often than two people share it. */
export const samePerson = (one: string, other: string): boolean => spelled(one) === spelled(other);

/** True for the requester and for the person the requester acted for. Neither may vote. */
export const hasAsked = (name: string, { requestedBy, onBehalfOf }: { requestedBy: string; onBehalfOf?: string | undefined }): boolean =>
  samePerson(name, requestedBy) || (onBehalfOf !== undefined && samePerson(name, onBehalfOf));

export const ASKER_HAS_NO_VOTE = "the requester has no vote";

export const spelled = (name: string): string => name.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
