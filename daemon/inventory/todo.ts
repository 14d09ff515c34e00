/** TODO.md: what failed and waits for a person. Appended to, one whole entry at a time. */
import { appendFile } from "node:fs/promises";

export interface Failure {
  name: string;
  address: string | undefined;
  at: Date;
  jobId: string;
  summary: string;
  hint: string | undefined;
  log: string;
}

const TAIL_LINES = 60;
const TAIL_BYTES = 8_192;

export class TodoFile {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** One write call with O_APPEND: entries of failures at the same moment follow each other whole. */
  add(failure: Failure): Promise<void> {
    return appendFile(this.#file, entry(failure), { mode: 0o640 });
  }
}

export function entry({ name, address, at, jobId, summary, hint, log }: Failure): string {
  const tail = redact(
    log
      .split("\n")
      .slice(-TAIL_LINES)
      .join("\n")
      .slice(-TAIL_BYTES)
      .replace(/[^\P{Cc}\n\t]/gu, ""),
  ).trim();
  const fence = longestFence(tail);
  return [
    "\n---\n",
    `## Provisioning Failed for \`${name}\`\n`,
    `- **IP Address:** ${address ?? "unknown"}`,
    `- **Timestamp:** ${at.toISOString()}`,
    `- **Job:** ${jobId}`,
    `- **What happened:** ${oneLine(summary)}`,
    ...(hint ? [`- **What to do:** ${oneLine(hint)}`] : []),
    "- **Error Log:**\n",
    `${fence}text\n${tail}\n${fence}\n`,
  ].join("\n");
}

/** A fence longer than any in the log: nothing in there can end the block. */
function longestFence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return "`".repeat(longest + 1);
}

const oneLine = (text: string) => redact(text).replace(/\s+/g, " ").replace(/[`<>]/g, "'").slice(0, 500);

const secrets = [
  /\b(?:mk_[0-9a-f]{8}_[0-9a-f]{64})\b/g,
  /\b(?:sk-|gh[pousr]_|glpat-|xox[abprs]-|AKIA|ASIA|AIza)[A-Za-z0-9_-]{10,}/g,
  /\bBearer\s+[A-Za-z0-9._~+/-]{8,}=*/gi,
  /(?<=\b(?:password|passwd|token|secret|api_?key)["']?\s*[:=]\s*["']?)[^\s"',}]{4,}/gi,
  /(?<=:\/\/[^\s/:@]{1,64}:)[^\s/@]{1,256}(?=@)/g,
  // Without its end, what may still belong to it: no key is longer.
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]{0,16384}?-----END [A-Z ]*PRIVATE KEY-----|[\s\S]{0,16384})/g,
];

/** Takes out what looks like a secret. A log is read by more people than the machine it came from. */
export const redact = (text: string): string => secrets.reduce((rest, pattern) => rest.replace(pattern, "[redacted]"), text);
