/** Chooses the colour of an event by its type. */
import type { Event } from "../../../daemon/contract/event.ts";
import type { Tone } from "./tone.ts";

export function eventTone({ type }: Pick<Event, "type">): Tone {
  if (/failed|timed-out|refused|exited|quarantin|overdue/.test(type)) return "bad";
  if (/\.(ready|succeeded|done)$/.test(type)) return "good";
  if (/discovered|interrupted|unreachable|cancel/.test(type)) return "attention";
  if (/armed|retired|wip/.test(type)) return "danger";
  if (/^(install|job)\.|configuring|called-home|accepted/.test(type)) return "working";
  return "idle";
}
