/** What a step said, within its form's cap: the beginning and the end stay, the middle goes. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";

export interface Said {
  head: Buffer;
  /** Absent when nothing was left out. */
  tail?: Buffer;
  leftOut: number;
}

export const nothing: Said = { head: Buffer.alloc(0), leftOut: 0 };

/** Keeps in memory, for what comes over a connection. */
export class Keeper {
  readonly #half: number;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer = Buffer.alloc(0);
  #leftOut = 0;

  constructor(capBytes: number) {
    this.#half = Math.ceil(capBytes / 2);
  }

  take(chunk: Buffer): void {
    const first = chunk.subarray(0, this.#half - this.#headBytes);
    if (first.length > 0) this.#head.push(first);
    this.#headBytes += first.length;
    const rest = chunk.subarray(first.length);
    if (rest.length === 0) return;
    const tail = Buffer.concat([this.#tail, rest]);
    this.#leftOut += Math.max(0, tail.length - this.#half);
    this.#tail = tail.subarray(-this.#half);
  }

  said(): Said {
    const head = Buffer.concat(this.#head);
    if (this.#leftOut === 0) return { head: Buffer.concat([head, this.#tail]), leftOut: 0 };
    return { head, tail: this.#tail, leftOut: this.#leftOut };
  }
}

/**
 * What the wrapper of a child process kept: the beginning in `file`, and the newest pieces beside it, called by what came
 * before them. Taken away from there, because secrets may be in it.
 */
export function takeSaid(file: string): Said {
  const prefix = `${basename(file)}.`;
  const pieces = readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .toSorted((a, b) => a - b);
  const head = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const tail = Buffer.concat(pieces.map((offset) => readFileSync(`${file}.${offset}`)));
  for (const name of [file, ...pieces.map((offset) => `${file}.${offset}`)]) rmSync(name, { force: true });
  const leftOut = (pieces[0] ?? head.length) - head.length;
  return leftOut > 0 ? { head, tail, leftOut } : { head: Buffer.concat([head, tail]), leftOut: 0 };
}
