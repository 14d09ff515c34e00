/** Who is who, by name: the one rule for keys' owners, requesters and voters. */

/** Names differ in spelling more often than two people share one. */
export const samePerson = (one: string, other: string): boolean => spelled(one) === spelled(other);

/** Who asked, for themselves or for somebody else, and for whom: neither has a vote on it. */
export const hasAsked = (name: string, { requestedBy, onBehalfOf }: { requestedBy: string; onBehalfOf?: string | undefined }): boolean =>
  samePerson(name, requestedBy) || (onBehalfOf !== undefined && samePerson(name, onBehalfOf));

export const ASKER_HAS_NO_VOTE = "who asked for it has no vote";

export const spelled = (name: string): string => name.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
