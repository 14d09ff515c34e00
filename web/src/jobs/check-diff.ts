/** Extracts from the output of a preview the lines that each task would remove and add on each host. Pure. */
export interface DiffLine {
  kind: "goes" | "comes" | "same" | "place" | "file";
  text: string;
}

export interface TaskDiff {
  task: string;
  host: string;
  /** The line number of the task's heading in the output. */
  line: number;
  lines: DiffLine[];
}

/** The lines of an output without colours, with their line numbers. */
export interface Lines {
  dropped: number;
  length: number;
  plain(number: number): string;
}

const heading = /^(?:TASK|RUNNING HANDLER) \[(.*)\] \**$/;
/** Matches the line with the name of the host. Ansible prints this line after the difference. */
const outcome = /^(?:changed|ok|failed|fatal|skipping): \[([^\]\s]+)\]/;
/** The maximum number of lines per difference, because a machine may send a file of any length. */
const MOST_LINES = 2000;

export function diffsIn(log: Lines): TaskDiff[] {
  const found: TaskDiff[] = [];
  let task = { name: "", line: log.dropped };
  let lines: DiffLine[] = [];
  for (let number = log.dropped; number < log.length; number++) {
    const text = log.plain(number);
    const name = heading.exec(text)?.[1];
    const host = outcome.exec(text)?.[1];
    if (name !== undefined) {
      task = { name, line: number };
      lines = [];
    } else if (host !== undefined) {
      if (lines.length > 0) found.push({ task: task.name, host, line: task.line, lines });
      lines = [];
    } else if (text.startsWith("PLAY ")) {
      lines = [];
    } else {
      const line = diffLine(text, lines.length > 0);
      if (line && lines.length < MOST_LINES) lines.push(line);
    }
  }
  return found;
}

function diffLine(text: string, within: boolean): DiffLine | undefined {
  if (/^(---|\+\+\+) /.test(text)) return { kind: "file", text };
  if (!within) return undefined;
  if (text.startsWith("@@")) return { kind: "place", text };
  if (text.startsWith("-")) return { kind: "goes", text };
  if (text.startsWith("+")) return { kind: "comes", text };
  if (text.startsWith(" ") || text.startsWith("\\ No newline")) return { kind: "same", text };
  return undefined;
}

/** Counts the added and removed lines for a heading such as "+3 −1". */
export function sizeOf({ lines }: Pick<TaskDiff, "lines">): { comes: number; goes: number } {
  const count = (kind: DiffLine["kind"]) => lines.filter((line) => line.kind === kind).length;
  return { comes: count("comes"), goes: count("goes") };
}

/** Returns the percentage of tasks that could be previewed. */
export const shareOf = ({ tasks, previewed }: { tasks: number; previewed: number }): number =>
  tasks === 0 ? 0 : Math.round((100 * previewed) / tasks);
