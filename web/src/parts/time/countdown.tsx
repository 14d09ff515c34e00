/** Shows the remaining time until an instant of the daemon's clock, as a number and a bar. */
import { useSyncExternalStore } from "react";
import { usePage } from "../page-context.ts";
import { exactTime, lengthOf } from "./relative-time.ts";

export function Countdown({ until, from, what }: { until: string; from: string; what: string }) {
  const { clock } = usePage();
  const leftMs = useSyncExternalStore(clock.subscribe, () => Math.max(0, 1000 * Math.ceil((Date.parse(until) - clock.nowMs()) / 1000)));
  const share = Math.min(1, leftMs / Math.max(1, Date.parse(until) - Date.parse(from)));
  return (
    <span className={`countdown tone-${share < 0.2 ? "bad" : "attention"}`}>
      <span className="countdown-line" aria-hidden="true">
        <span className="countdown-left" style={{ width: `${share * 100}%` }} />
      </span>
      <time dateTime={until} title={exactTime(until)}>
        {lengthOf(leftMs)} {what}
      </time>
    </span>
  );
}
