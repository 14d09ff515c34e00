/** Computes the numbers that the sidebar shows next to its pages, and describes the numbers for screen readers. */
import { useSyncExternalStore } from "react";
import { isFiring } from "../../admin/alert-words.ts";
import { useAlerts } from "../../admin/use-alerts.ts";
import { answerable } from "../../changes/voter.ts";
import { jobLabel } from "../../parts/jobs/job-states.ts";
import { usePage, useView } from "../../parts/page-context.ts";
import { useNow } from "../../parts/time/use-now.ts";
import type { ListedPage } from "./areas.ts";

export interface Count {
  number: number;
  /** The words that screen readers read after the number. */
  meaning: string;
  tone: "working" | "attention" | "bad";
}

export type Counts = Partial<Record<ListedPage, Count>>;

export function useCounts(): Counts {
  const { session, clock } = usePage();
  const { fleet } = useView();
  const { alerts = [] } = useAlerts();
  const firing = useSyncExternalStore(clock.subscribe, () => alerts.filter((alert) => isFiring(alert, clock.nowMs())).length);
  const pending = useNow((nowMs) => answerable(fleet.approvals.values(), session, nowMs));
  const running = [...fleet.jobs.values()].filter(({ status }) => jobLabel[status].tone === "working").length;
  return {
    ...(running > 0 && { jobs: { number: running, meaning: "running", tone: "working" } }),
    ...(pending > 0 && { approvals: { number: pending, meaning: "pending your answer", tone: "attention" } }),
    ...(firing > 0 && { alerts: { number: firing, meaning: "within the last hour", tone: "bad" } }),
  };
}

/**
 * Returns a text such as "2 approvals pending your answer", with one sentence for each count. Running jobs are omitted,
 * because their number changes all the time.
 */
export function announcementOf({ approvals, alerts }: Counts): string {
  const sentence = (count: Count | undefined, what: string) =>
    count && `${count.number} ${what}${count.number === 1 ? "" : "s"} ${count.meaning}.`;
  return [sentence(approvals, "approval"), sentence(alerts, "alert")].filter((each) => each !== undefined).join(" ");
}
