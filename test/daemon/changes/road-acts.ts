/** The people and acts of the property test, and the records of its witness. */

import type { Policy, Who } from "../../../daemon/changes/policy/policy.ts";
import type { PlannedWork } from "../../../daemon/contract/changes/plan.ts";

export const people: Who[] = [
  { keyId: "k-alice", name: "alice", role: "operator" },
  { keyId: "k-alice-2", name: "Alice", role: "admin" },
  { keyId: "k-bob", name: "bob", role: "operator" },
  { keyId: "k-carol", name: "carol", role: "operator" },
  { keyId: "k-ann", name: "ann", role: "admin" },
  { keyId: "k-vera", name: "vera", role: "viewer" },
  { keyId: "k-bot", name: "bot", role: "agent", onBehalfOf: "carol" },
  { keyId: "k-node", name: "n1", role: "node" },
];

export type Act =
  | { kind: "propose"; who: number; goal: number; node: number; tainted: boolean }
  | { kind: "vote"; approval: number; who: number; answer: "approve" | "deny" }
  | { kind: "wait"; seconds: number }
  | { kind: "begin"; work: number }
  | { kind: "execute"; execution: number }
  | { kind: "policy"; which: number }
  | { kind: "node"; node: number; becomes: "another machine" | "dev" | "prod" | "moved" }
  | { kind: "form" }
  | { kind: "restart" }
  | { kind: "forge"; how: Forgery; work: number; execution: number };

export const forgeries = [
  "approve by hand",
  "vote as the requester",
  "ask fewer people",
  "alter the plan",
  "alter and hash again",
  "another's approval",
  "queue it again",
  "second execution",
] as const;
/** Forgeries against signed votes. Without signatures they could not be detected. */
export const signedForgeries = [...forgeries, "other people's votes", "votes of another approval"] as const;
export type Forgery = (typeof signedForgeries)[number];

export interface Said {
  approvalId: string;
  planHash: string;
  policyVersion: string;
  who: Who;
  answer: "approve" | "deny";
  at: number;
}

export interface Done {
  executionId: string;
  work: PlannedWork;
  planHash: string;
  approvalId: string | undefined;
  policyVersion: string;
  mode: Policy["approvalMode"];
  at: number;
}
