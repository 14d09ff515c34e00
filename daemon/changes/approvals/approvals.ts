/** The life of an approval, as pure functions of what it was and what happens. Who keeps it, and tells people, is somebody else. */
import { randomBytes } from "node:crypto";
import type { Role } from "../../contract/admin/key.ts";
import type { Approval, Vote } from "../../contract/changes/approval.ts";
import { ASKER_HAS_NO_VOTE, hasAsked, samePerson } from "../../contract/changes/person.ts";
import type { Digest, PlannedWork } from "../../contract/changes/plan.ts";
import { quorumFull } from "./vote-count.ts";

/** What people say yes to. Is one of them another, nobody has said yes to that. */
export interface Bindings {
  planHash: Digest;
  previewHash: Digest;
  policyVersion: Digest;
  targetsHash: Digest;
}

export interface Clocks {
  /** How long people may take. */
  decideSeconds: number;
  /** How long after the last vote it may be begun. */
  executeSeconds: number;
}

/** Somebody's answer, as it came: whether it counts is decided here. `by` is the person: the key's owner, whatever the key is called. */
export interface Ballot extends Pick<Vote, "keyId" | "by" | "answer" | "reason" | "signature"> {
  role: Role;
  /** A key that acts for somebody else. */
  onBehalfOf?: string | undefined;
}

/** Why something was not done with an approval; it stays as it was. */
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

/** One no ends it; yes from enough people approves it and starts its second clock. */
export function castVote(approval: Approval, ballot: Ballot, now: Date): Approval | Refusal {
  const { role, onBehalfOf, ...rest } = ballot;
  const current = expire(approval, now);
  if (current.state === "expired" && approval.state === "pending") return { refused: `it had to be decided by ${approval.decideBy}` };
  if (current.state !== "pending") return { refused: `it is ${current.state} already` };
  if (role !== "operator" && role !== "admin") return { refused: `a key of the role ${role} has no vote` };
  if (onBehalfOf !== undefined) return { refused: "a key that acts for somebody else has no vote" };
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

/** For whoever asked, or the person an agent asked for; an agent takes back only what its own key asked. */
export function withdraw(approval: Approval, { keyId, by, role }: Pick<Ballot, "keyId" | "by" | "role">, now: Date): Approval | Refusal {
  const { state } = expire(approval, now);
  if (state !== "pending") return { refused: `it is ${state} already` };
  const own = role === "agent" ? keyId === approval.requesterKeyId : asked(approval, { keyId, by });
  return own ? { ...approval, state: "withdrawn" } : { refused: "only who asked for it takes it back" };
}

/** Whoever reads an approval reads it through this: no timer has to have run. */
export function expire(approval: Approval, now: Date): Approval {
  const until = approval.state === "pending" ? approval.decideBy : approval.state === "approved" ? approval.executeBy : undefined;
  return until !== undefined && now.getTime() >= Date.parse(until) ? { ...approval, state: "expired" } : approval;
}

/** The same plan proposed again keeps its approval; one that became another in anything loses it. */
export function rebind(approval: Approval, current: Bindings): Approval {
  const open = approval.state === "pending" || approval.state === "approved";
  return open && changed(approval, current).length > 0 ? { ...approval, state: "dropped" } : approval;
}

/** Spends it. Each is good for one execution. */
export function use(approval: Approval, current: Bindings, now: Date): Approval | Refusal {
  const reason = whyNot(approval, current, now);
  return reason === undefined ? { ...approval, state: "used" } : { refused: reason };
}

/** Why it does not let this be begun now. Its votes are counted again, for its state is only somebody's word. */
export function whyNot(approval: Approval, current: Bindings, now: Date): string | undefined {
  const { state, executeBy } = expire(approval, now);
  if (state === "expired") return `its approval expired at ${approval.executeBy ?? approval.decideBy}`;
  if (state !== "approved") return `its approval is ${state}, not approved`;
  if (executeBy === undefined) return "its approval does not say until when it holds";
  return whyNotBound(approval, current);
}

/** The part that holds for a spent approval too: what was approved, and by whom. */
export function whyNotBound(approval: Approval, current: Bindings): string | undefined {
  const others = changed(approval, current);
  if (others.length > 0) return `${others.join(", ")} changed since it was approved; propose it again`;
  if (approval.votes.some(({ answer }) => answer === "deny")) return "somebody said no";
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
