/** Follows an evaluation to its end, through the evaluations that follow it. */
import { NoLeader, Unreachable } from "../../errors/cluster-failures.ts";
import { watch } from "../wire/watch.ts";
import { type Evaluation, readEvaluation } from "./evaluations.ts";
import type { Nomad } from "./nomad.ts";

export type EvaluationEnd =
  /** All allocations have a node. Nomad does not know yet whether these allocations become healthy. */
  | { outcome: "placed"; evaluation: Evaluation }
  /** Some allocations have no node. `evaluation` says why, and the evaluation `blocked` waits for resources. */
  | { outcome: "blocked"; evaluation: Evaluation; blocked: string }
  | { outcome: "failed"; evaluation: Evaluation };

export interface Following {
  /** Aborted when the caller has waited long enough. Then the promise is rejected with the reason of the signal. */
  signal: AbortSignal;
  /** Called with each new state. */
  seen?: (evaluation: Evaluation) => void;
}

/** While Nomad cannot be reached or has no leader, the evaluation may go on, so these failures do not end the wait. */
export async function followEvaluation(nomad: Nomad, id: string, following: Following): Promise<EvaluationEnd> {
  const evaluation = await ended(nomad, id, following);
  if (evaluation.BlockedEval !== "") return { outcome: "blocked", evaluation, blocked: evaluation.BlockedEval };
  if (evaluation.NextEval !== "") return followEvaluation(nomad, evaluation.NextEval, following);
  if (evaluation.Status === "complete") return { outcome: "placed", evaluation };
  return { outcome: "failed", evaluation };
}

async function ended(nomad: Nomad, id: string, { signal, seen }: Following): Promise<Evaluation> {
  for await (const news of watch((read) => readEvaluation(nomad, id, read), { signal, waitSeconds: 30 })) {
    if (news.kind === "unchanged") continue;
    if (news.kind === "value") {
      seen?.(news.value);
      if (["complete", "failed", "canceled"].includes(news.value.Status)) return news.value;
    } else if (!(news.failure instanceof Unreachable || news.failure instanceof NoLeader)) throw news.failure;
  }
  throw signal.reason;
}
