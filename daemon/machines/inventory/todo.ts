/**
 * Writes TODO.md, which lists failures that need a person. Muster appends entries and ticks their boxes, but
 * never rewrites the file.
 */
import { appendFile, open, readFile } from "node:fs/promises";
import type { Job } from "../../contract/jobs/job.ts";
import type { Node } from "../../contract/machines/node.ts";
import { hasCode } from "../../errors/errors.ts";
import { plainText } from "../../log/plain-text.ts";
import { redact } from "../../log/redact.ts";
import { Mutex } from "./mutex.ts";

export interface TodoEntry {
  name: string;
  address: string | undefined;
  at: Date;
  /** The failed job, or undefined if the failure happened before a job existed. */
  job: { id: string; playbook: string } | undefined;
  summary: string;
  hint: string | undefined;
  /**
   * The last part of the job's output. The text is longer than the part in TODO.md, because only a complete secret
   * can be recognized and redacted.
   */
  log: string;
}

export const failureOf = (job: Job, node: Node | undefined, output: string): TodoEntry => ({
  name: job.nodeName,
  address: node?.address,
  at: new Date(),
  job,
  summary: job.result?.summary ?? job.status,
  hint: job.result?.hint,
  log: output,
});

/** Returns the failure of a node that called home but received no job. The result for an unchanged node is always the same. */
export const neverBegun = ({ name, address, state, updatedAt }: Node): TodoEntry => ({
  name,
  address,
  at: new Date("at" in state ? state.at : updatedAt),
  job: undefined,
  summary: "reason" in state ? state.reason : state.phase,
  hint: `See why its job did not start (muster log --level warn), then: muster reprovision ${name}`,
  log: "",
});

const TAIL_LINES = 60;
const TAIL_CHARACTERS = 8_192;
const OPEN = "- [ ] ";

export class TodoFile {
  readonly #file: string;
  readonly #turn = new Mutex();

  constructor(file: string) {
    this.#file = file;
  }

  /** Appends an entry with a single O_APPEND write. If the failure already has an entry, nothing is written. */
  add(failure: TodoEntry): Promise<void> {
    return this.#turn.run(async () => {
      const { name, job } = failure;
      const at = failure.at.toISOString();
      const known = entries(await this.#read()).some((each) =>
        job ? each.jobId === job.id : each.jobId === undefined && each.name === name && each.at === at,
      );
      if (!known) await appendFile(this.#file, entry(failure), { mode: 0o640 });
    });
  }

  /**
   * Ticks the open entries that a successful job solves. Each tick writes a single byte, so that concurrent
   * edits by people are preserved.
   */
  solved(success: Job, jobCalled: (id: string) => Job | undefined): Promise<void> {
    return this.#turn.run(async () => {
      const unsolved = entries(await this.#read()).filter((each) => each.boxAt !== undefined && settles(success, each, jobCalled));
      if (unsolved.length === 0) return;
      const file = await open(this.#file, "r+");
      try {
        for (const { boxAt } of unsolved) await file.write("x", boxAt);
      } finally {
        await file.close();
      }
    });
  }

  /** Reads the file with one character per byte, so that positions in the text equal positions in the file. */
  async #read(): Promise<string> {
    try {
      return await readFile(this.#file, "latin1");
    } catch (error) {
      if (hasCode(error, "ENOENT")) return "";
      throw error;
    }
  }
}

/**
 * Returns true if the successful job solves the failure of an entry. A job solves failures of the same playbook on
 * the same node. A preview or a job of another playbook solves no failure.
 */
function settles(success: Job, { name, jobId }: Entry, jobCalled: (id: string) => Job | undefined): boolean {
  const failed = jobId === undefined ? undefined : jobCalled(jobId);
  if (!failed) return success.purpose === undefined && success.nodeName === name;
  if (failed.nodeId !== success.nodeId) return false;
  if (success.purpose === undefined && failed.purpose === undefined) return true;
  return failed.playbook === success.playbook && (success.purpose !== "preview" || failed.purpose === "preview");
}

interface Entry {
  name: string;
  jobId: string | undefined;
  at: string | undefined;
  /** The position of the space inside the entry's empty check box. */
  boxAt: number | undefined;
}

/** Parses the entries of the file. Lines inside fences are parts of a log, so these lines are skipped. */
function entries(text: string): Entry[] {
  const found: Entry[] = [];
  let fence: string | undefined;
  let at = 0;
  for (const line of text.split("\n")) {
    const ticks = /^`{3,}/.exec(line)?.[0];
    const name = /^## Provisioning Failed for `([^`]+)`$/.exec(line)?.[1];
    const last = found.at(-1);
    if (fence !== undefined) {
      if (line === fence) fence = undefined;
    } else if (ticks !== undefined) fence = ticks;
    else if (name !== undefined) found.push({ name, jobId: undefined, at: undefined, boxAt: undefined });
    else if (last && line.startsWith(OPEN)) last.boxAt ??= at + OPEN.indexOf(" ]");
    else if (last) {
      last.at ??= /^- \*\*Timestamp:\*\* (\S+)$/.exec(line)?.[1];
      last.jobId ??= /^- \*\*Job:\*\* (\S+)$/.exec(line)?.[1];
    }
    at += line.length + 1;
  }
  return found;
}

export function entry({ name, address, at, job, summary, hint, log }: TodoEntry): string {
  // Secrets are redacted before the text is cut, because an incomplete secret would not be recognized.
  const tail = redact(plainText(log).replace(/[^\P{Cc}\n\t]/gu, ""))
    .trimEnd()
    .split("\n")
    .slice(-TAIL_LINES)
    .join("\n")
    .slice(-TAIL_CHARACTERS)
    .trim();
  const fence = longestFence(tail);
  return [
    "\n---\n",
    `## Provisioning Failed for \`${name}\`\n`,
    `${OPEN}Done (Muster ticks this when a later run on this node succeeds)`,
    `- **IP Address:** ${address ?? "unknown"}`,
    `- **Timestamp:** ${at.toISOString()}`,
    ...(job ? [`- **Job:** ${job.id}`, `- **Playbook:** ${oneLine(job.playbook)}`] : []),
    `- **What happened:** ${oneLine(summary)}`,
    ...(hint ? [`- **What to do:** ${oneLine(hint)}`] : []),
    ...(job ? ["- **Error Log:**\n", `${fence}text\n${tail}\n${fence}\n`] : [""]),
  ].join("\n");
}

/** Returns a fence of backticks that is longer than any fence in the log. Therefore no log line can end the block. */
function longestFence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return "`".repeat(longest + 1);
}

const oneLine = (text: string) => redact(text).replace(/\s+/g, " ").replace(/[`<>]/g, "'").slice(0, 500);
