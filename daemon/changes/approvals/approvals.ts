/** The life of an approval as pure functions of its state and one event. Callers store the result and notify people. */
import { randomBytes } from "node:crypto";
import type { Role } from "../../contract/admin/key.ts";
import type { Approval, Vote } from "../../contract/changes/approval.ts";
import { ASKER_HAS_NO_VOTE, hasAsked, samePerson } from "../../contract/changes/person.ts";
import type { Digest, PlannedWork } from "../../contract/changes/plan.ts";
import { quorumFull } from "./vote-count.ts";

/** The hashes that an approval is bound to. If one of them changes, the approval no longer holds. */
export interface Bindings {
  planHash: Digest;
  previewHash: Digest;
  policyVersion: Digest;
  targetsHash: Digest;
}

export interface Clocks {
  /** Time to decide, in seconds from the request. */
  decideSeconds: number;
  /** Time to begin the execution, in seconds from the last vote. */
  executeSeconds: number;
}

/** An answer as it was received. This file decides whether it counts. `by` is the key's owner, not the key's name. */
export interface Ballot extends Pick<Vote, "keyId" | "by" | "answer" | "reason" | "signature"> {
  role: Role;
  /** Set for a key that acts for another person. */
  onBehalfOf?: string | undefined;
}

/** Reason why an approval was left unchanged. */
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

/** One no denies the approval. Enough yes votes approve it and start the time to begin the execution. */
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

/** Allowed to the requester, and to the person an agent acted for. An agent withdraws only requests of its own key. */
export function withdraw(approval: Approval, { keyId, by, role }: Pick<Ballot, "keyId" | "by" | "role">, now: Date): Approval | Refusal {
  const { state } = expire(approval, now);
  if (state !== "pending") return { refused: `it is ${state} already` };
  const own = role === "agent" ? keyId === approval.requesterKeyId : asked(approval, { keyId, by });
  return own ? { ...approval, state: "withdrawn" } : { refused: "only the requester can withdraw it" };
}

/** The approval with its deadlines applied. Every reader calls this, so no timer has to run. */
export function expire(approval: Approval, now: Date): Approval {
  const until = approval.state === "pending" ? approval.decideBy : approval.state === "approved" ? approval.executeBy : undefined;
  return until !== undefined && now.getTime() >= Date.parse(until) ? { ...approval, state: "expired" } : approval;
}

/** Drops an open approval if any of the hashes it is bound to has changed. */
export function rebind(approval: Approval, current: Bindings): Approval {
  const open = approval.state === "pending" || approval.state === "approved";
  return open && changed(approval, current).length > 0 ? { ...approval, state: "dropped" } : approval;
}

/** Marks the approval as used. Each approval is good for one execution. */
export function use(approval: Approval, current: Bindings, now: Date): Approval | Refusal {
  const reason = whyNot(approval, current, now);
  return reason === undefined ? { ...approval, state: "used" } : { refused: reason };
}

/** Reason why the approval does not allow a start now. Counts the votes again, because the stored state is not proof. */
export function whyNot(approval: Approval, current: Bindings, now: Date): string | undefined {
  const { state, executeBy } = expire(approval, now);
  if (state === "expired") return `its approval expired at ${approval.executeBy ?? approval.decideBy}`;
  if (state !== "approved") return `its approval is ${state}, not approved`;
  if (executeBy === undefined) return "its approval has no expiry time";
  return whyNotBound(approval, current);
}

/** The checks that also hold for a used approval: the hashes it is bound to, and its votes. */
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
