/** Shows an instant relative to now, updated as time passes. The tooltip contains the exact time. */
import { useSyncExternalStore } from "react";
import { usePage } from "../page-context.ts";
import { durationText, exactTime, relativeTime } from "./relative-time.ts";

export function Ago({ at }: { at: string }) {
  const { clock } = usePage();
  const text = useSyncExternalStore(clock.subscribe, () => relativeTime(at, clock.nowMs()));
  return (
    <time dateTime={at} title={exactTime(at)}>
      {text}
    </time>
  );
}

/** Shows the duration of an action that has ended or is still running. */
export function Lasting({ from, to }: { from: string; to: string | undefined }) {
  const { clock } = usePage();
  const text = useSyncExternalStore(clock.subscribe, () => durationText(from, to === undefined ? clock.nowMs() : Date.parse(to)));
  return <span className="number">{text}</span>;
}
