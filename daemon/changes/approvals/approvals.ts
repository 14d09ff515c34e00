/**
 * The functions of this file change the state of an approval. Each function is pure and returns the approval after one
 * event. The callers store the returned approval and notify people.
 */
import { randomBytes } from "node:crypto";
import type { Role } from "../../contract/admin/key.ts";
import type { Approval, Vote } from "../../contract/changes/approval.ts";
import { ASKER_HAS_NO_VOTE, hasAsked, samePerson } from "../../contract/changes/person.ts";
import type { Digest, PlannedWork } from "../../contract/changes/plan.ts";
import { quorumFull } from "./vote-count.ts";

/** The hashes that an approval is bound to. The approval becomes invalid if one of these hashes changes. */
export interface Bindings {
  planHash: Digest;
  previewHash: Digest;
  policyVersion: Digest;
  targetsHash: Digest;
}

export interface Clocks {
  /** People must decide within this number of seconds after the request. */
  decideSeconds: number;
  /** The execution must begin within this number of seconds after the last vote. */
  executeSeconds: number;
}

/**
 * A voter's answer to an approval, as control received it. The functions of this file decide whether the voter's answer
 * counts. `by` is the key's owner, not the key's name.
 */
export interface Ballot extends Pick<Vote, "keyId" | "by" | "answer" | "reason" | "signature"> {
  role: Role;
  /** The person that an agent's key acts for. This field is absent if the key acts for its owner. */
  onBehalfOf?: string | undefined;
}

/** The reason why an approval stays unchanged. */
export interface Refusal {
  refused: string;
}

export const isRefusal = (result: Approval | Refusal): result is Refusal => "refused" in result;

export function openApproval(work: PlannedWork, bindings: Bindings, clocks: Clocks, now: Date): Approval {
  return {
    id: `apr_${randomBytes(16).toString("base64url")}`,
    planId: work.id,
    ...bindings,
    requestedBy: work.requestedBy,
    requesterKeyId: work.requesterKeyId,
    ...(work.onBehalfOf !== undefined && { onBehalfOf: work.onBehalfOf }),
    quorum: work.decision.quorum,
    votes: [],
    state: "pending",
    createdAt: now.toISOString(),
    decideBy: later(now, clocks.decideSeconds),
    executeSeconds: clocks.executeSeconds,
  };
}

/**
 * A single "no" vote denies the approval. Enough yes votes complete the approval and set the deadline by which the
 * execution must begin.
 */
export function castVote(approval: Approval, ballot: Ballot, now: Date): Approval | Refusal {
  const { role, onBehalfOf, ...rest } = ballot;
  const current = expire(approval, now);
  if (current.state === "expired" && approval.state === "pending") return { refused: `it had to be decided by ${approval.decideBy}` };
  if (current.state !== "pending") return { refused: `it is ${current.state} already` };
  if (role !== "operator" && role !== "admin") return { refused: `a key of the role ${role} has no vote` };
  if (onBehalfOf !== undefined) return { refused: "a key that acts for another person has no vote" };
  if (asked(approval, ballot)) return { refused: ASKER_HAS_NO_VOTE };
  if (approval.votes.some((vote) => vote.keyId === ballot.keyId || samePerson(vote.by, ballot.by)))
    return { refused: `${ballot.by} has answered already` };
  const votes = [...approval.votes, { ...rest, role, at: now.toISOString() }];
  if (ballot.answer === "deny") return { ...approval, votes, state: "denied" };
  if (!quorumFull(approval.quorum, votes)) return { ...approval, votes };
  return { ...approval, votes, state: "approved", executeBy: later(now, approval.executeSeconds) };
}

const asked = (approval: Approval, { keyId, by }: Pick<Ballot, "keyId" | "by">): boolean =>
  keyId === approval.requesterKeyId || hasAsked(by, approval);

/**
 * Lets the requester, or the person that an agent acted for, withdraw the request for approval. An agent can withdraw
 * only requests that it made with its own key.
 */
export function withdraw(approval: Approval, { keyId, by, role }: Pick<Ballot, "keyId" | "by" | "role">, now: Date): Approval | Refusal {
  const { state } = expire(approval, now);
  if (state !== "pending") return { refused: `it is ${state} already` };
  const own = role === "agent" ? keyId === approval.requesterKeyId : asked(approval, { keyId, by });
  return own ? { ...approval, state: "withdrawn" } : { refused: "only the requester can withdraw it" };
}

/**
 * Returns the approval as expired if its deadline has passed. Every function that reads an approval calls `expire`, so
 * approvals need no timer.
 */
export function expire(approval: Approval, now: Date): Approval {
  const until = approval.state === "pending" ? approval.decideBy : approval.state === "approved" ? approval.executeBy : undefined;
  return until !== undefined && now.getTime() >= Date.parse(until) ? { ...approval, state: "expired" } : approval;
}

/** Marks an open approval as dropped if one of the hashes that it is bound to has changed. */
export function rebind(approval: Approval, current: Bindings): Approval {
  const open = approval.state === "pending" || approval.state === "approved";
  return open && changed(approval, current).length > 0 ? { ...approval, state: "dropped" } : approval;
}

/** Marks the approval as used. An approval allows exactly one execution. */
export function use(approval: Approval, current: Bindings, now: Date): Approval | Refusal {
  const reason = whyNot(approval, current, now);
  return reason === undefined ? { ...approval, state: "used" } : { refused: reason };
}

/**
 * Returns the reason why the approval does not allow the execution to begin now, or undefined. Counts the votes again
 * instead of trusting the stored state.
 */
export function whyNot(approval: Approval, current: Bindings, now: Date): string | undefined {
  const { state, executeBy } = expire(approval, now);
  if (state === "expired") return `its approval expired at ${approval.executeBy ?? approval.decideBy}`;
  if (state !== "approved") return `its approval is ${state}, not approved`;
  if (executeBy === undefined) return "its approval has no expiry time";
  return whyNotBound(approval, current);
}

/** Checks the bound hashes and the votes. The function also checks an approval that is already used. */
export function whyNotBound(approval: Approval, current: Bindings): string | undefined {
  const others = changed(approval, current);
  if (others.length > 0) return `${others.join(", ")} changed since it was approved; propose it again`;
  if (approval.votes.some(({ answer }) => answer === "deny")) return "a person denied it";
  const counted = approval.votes.filter((vote) => !asked(approval, vote) && Date.parse(vote.at) < Date.parse(approval.decideBy));
  if (!quorumFull(approval.quorum, counted)) return "its approval lacks votes";
  return undefined;
}

const names: Record<keyof Bindings, string> = {
  planHash: "the plan",
  previewHash: "its preview",
  policyVersion: "the policy",
  targetsHash: "its targets",
};

const changed = (approval: Approval, current: Bindings): string[] =>
  (Object.keys(names) as (keyof Bindings)[]).filter((name) => approval[name] !== current[name]).map((name) => names[name]);

const later = (now: Date, seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString();
