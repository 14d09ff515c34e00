/**
 * Decides which of two states of an approval or an execution is later. The answer to a request may be older than the state
 * from the feed. Pure.
 */
import type { Approval, ApprovalState } from "../../../daemon/contract/changes/approval.ts";
import type { Execution } from "../../../daemon/contract/changes/execution.ts";

export function laterApproval(known: Approval | undefined, come: Approval): Approval {
  if (known === undefined) return come;
  const ahead = rank[come.state] - rank[known.state] || come.votes.length - known.votes.length;
  return ahead < 0 ? known : come;
}

const rank: Record<ApprovalState, number> = { pending: 0, approved: 1, used: 2, denied: 2, expired: 2, dropped: 2, withdrawn: 2 };

export function laterExecution(one: Execution, other: Execution): Execution {
  const difference = signsOf(other)
    .map((sign, index) => sign - (signsOf(one)[index] ?? 0))
    .find((each) => each !== 0);
  return (difference ?? 1) > 0 ? other : one;
}

/**
 * Returns numbers that never decrease while an execution runs. The most important number is first. Lists of executions
 * omit the output of steps, so the number of outputs is compared late. Only the
 * answer about one execution reports its interruption.
 */
const signsOf = (execution: Execution): number[] => [
  Number(execution.endedAt !== undefined),
  doneOf(execution),
  Number(execution.startedAt !== undefined),
  execution.steps.filter(({ status }) => status !== "pending").length,
  execution.steps.filter(({ output }) => output !== undefined).length,
  Number(execution.interruption !== undefined),
];

export const doneOf = ({ steps }: Execution): number => steps.filter(({ status }) => status !== "pending" && status !== "running").length;
