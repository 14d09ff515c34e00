/** Compares key owners, requesters and voters by name. */
import { invisible } from "../names.ts";

/** Ignores case and spaces, because one person with two spellings is more likely than two people with one name. */
export const samePerson = (one: string, other: string): boolean => spelled(one) === spelled(other);

/**
 * True if this is the name of the requester, or of the person that the requester acted for. Neither the requester nor the
 * person behind the requester may vote.
 */
export const hasAsked = (name: string, { requestedBy, onBehalfOf }: { requestedBy: string; onBehalfOf?: string | undefined }): boolean =>
  samePerson(name, requestedBy) || (onBehalfOf !== undefined && samePerson(name, onBehalfOf));

export const ASKER_HAS_NO_VOTE = "the requester has no vote";

/** Keys of earlier versions may have owners with invisible characters, so the comparison ignores these characters. */
export const spelled = (name: string): string => name.replace(invisible, "").normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
