/** Loads a plan when a component shows it. */
import { useEffect } from "react";
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import { useAttempt } from "../parts/attempt.tsx";
import { usePage, useView } from "../parts/page-context.ts";

export function usePlan(planId: string) {
  const { live } = usePage();
  return useOpened(planId, () => live.openPlan(planId));
}

export function usePlanOf({ id, planId }: Approval) {
  const { live } = usePage();
  return useOpened(planId, () => live.fetchApproval(id));
}

function useOpened(planId: string, open: () => Promise<void>) {
  const work = useView().works.get(planId);
  const { attempt, problem } = useAttempt();
  const missing = work === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once for each plan that is not loaded
  useEffect(() => {
    if (missing) void attempt(open);
  }, [missing, planId]);
  return { work, problem };
}
