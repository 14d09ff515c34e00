/** The output of one job as lines, grown by the frames of the live feed. Pure. */
import type { ServerFrame } from "../../../daemon/contract/frame.ts";
import { plainText } from "./plain-text.ts";

export interface JobLog {
  /** The last line may go on. */
  lines: readonly string[];
  /** Lines let go at the top, so that an endless log does not fill the browser. */
  dropped: number;
  /** Byte offset to ask for next. */
  next: number;
  end: boolean;
  pending: string;
}

export const emptyLog: JobLog = { lines: [""], dropped: 0, next: 0, end: false, pending: "" };

const MOST_LINES = 5000;

export function takeOutput(
  log: JobLog,
  { offset, next, text, end }: Omit<Extract<ServerFrame, { type: "log" }>, "type" | "seq" | "jobId">,
): JobLog {
  // After a reconnect the same piece may come twice; a piece from further on would leave a hole.
  if (offset !== log.next) return log;
  const plain = plainText(log.pending, text);
  const [first = "", ...rest] = plain.text.split("\n");
  const lines = [...log.lines.slice(0, -1), (log.lines.at(-1) ?? "") + first, ...rest];
  const excess = Math.max(0, lines.length - MOST_LINES);
  return { lines: lines.slice(excess), dropped: log.dropped + excess, next, end, pending: plain.pending };
}

export type LineTone = "heading" | "good" | "changed" | "bad" | "quiet" | "plain";

/** By the words Ansible begins its lines with. */
export function lineTone(line: string): LineTone {
  if (/^(PLAY|TASK|RUNNING HANDLER|PLAY RECAP)\b/.test(line)) return "heading";
  if (/^(fatal|failed|ERROR!|\[ERROR\])/.test(line)) return "bad";
  if (/^changed:/.test(line)) return "changed";
  if (/^ok:/.test(line)) return "good";
  if (/^(skipping:|included:)/.test(line)) return "quiet";
  return "plain";
}

/** Somebody who scrolled up is reading: new lines must not pull them away. */
export const atEnd = (box: { scrollTop: number; clientHeight: number; scrollHeight: number }) =>
  box.scrollHeight - box.clientHeight - box.scrollTop < 24;
