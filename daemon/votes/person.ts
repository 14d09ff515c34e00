/** Who is who, by name: the one rule for keys' owners, requesters and voters. */

/** Names differ in spelling more often than two people share one. */
export const samePerson = (one: string, other: string): boolean => spelled(one) === spelled(other);

export const spelled = (name: string): string => name.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
