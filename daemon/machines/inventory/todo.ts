/**
 * TODO.md: failures that need a person. Whole entries are appended, and their boxes are ticked in place. The
 * file is never rewritten.
 */
import { appendFile, open, readFile } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";
import type { Job } from "../../contract/jobs/job.ts";
import type { Node } from "../../contract/machines/node.ts";
import { redact } from "../../log/redact.ts";
import { Mutex } from "./mutex.ts";

export interface Failure {
  name: string;
  address: string | undefined;
  at: Date;
  /** Undefined if it failed before a job existed. */
  job: { id: string; playbook: string } | undefined;
  summary: string;
  hint: string | undefined;
  /**
   * The end of the output, longer than the part that is shown, because a secret is only recognised as a
   * whole.
   */
  log: string;
}

export const failureOf = (job: Job, node: Node | undefined, output: string): Failure => ({
  name: job.nodeName,
  address: node?.address,
  at: new Date(),
  job,
  summary: job.result?.summary ?? job.status,
  hint: job.result?.hint,
  log: output,
});

/** The failure of a node that called home but got no job. The same node always gives the same entry. */
export const neverBegun = ({ name, address, state, updatedAt }: Node): Failure => ({
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

  /** Appends with a single O_APPEND write. A failure with an entry gets no second one. */
  add(failure: Failure): Promise<void> {
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
   * Ticks open entries that are solved. Writes one byte each, so that concurrent changes by people are not
   * lost.
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

  /** Uses one character per byte, so that positions in the text are positions in the file. */
  async #read(): Promise<string> {
    try {
      return await readFile(this.#file, "latin1");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
      throw error;
    }
  }
}

/**
 * A success solves failures of the same playbook on the same node. Another playbook or a preview proves
 * nothing about them.
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
  /** Position of the space inside its open box. */
  boxAt: number | undefined;
}

/** Lines of a log are not entries, so only lines outside of fences count. */
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

export function entry({ name, address, at, job, summary, hint, log }: Failure): string {
  // Redact before cutting, because a part of a secret is not recognised.
  const tail = redact(stripVTControlCharacters(log).replace(/[^\P{Cc}\n\t]/gu, ""))
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

/** A fence longer than any in the log, so that no line of the log can end the block. */
function longestFence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return "`".repeat(longest + 1);
}

const oneLine = (text: string) => redact(text).replace(/\s+/g, " ").replace(/[`<>]/g, "'").slice(0, 500);
