/** Orders the events of a timeline, newest first. Repeated events share one line. */
import type { Event } from "../../../../daemon/contract/event.ts";

export interface Entry {
  /** The latest of the repeated events. */
  event: Event;
  times: number;
}

/** Merges repeated events, because network boot firmware repeats the same request many times a minute. */
export function entriesOf(oldestFirst: readonly Event[]): Entry[] {
  const entries: Entry[] = [];
  for (const event of oldestFirst) {
    const last = entries.at(-1);
    if (last && last.event.type === event.type && last.event.summary === event.summary)
      entries[entries.length - 1] = { event, times: last.times + 1 };
    else entries.push({ event, times: 1 });
  }
  return entries.reverse();
}
