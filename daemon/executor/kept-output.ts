/**
 * Reads the output of a long-running process from the files of `keep-output.py`. One file contains the beginning of the
 * output, and further files contain its newest pieces. The file name of each piece ends with the number of output bytes
 * before that piece.
 */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";

export interface Said {
  head: Buffer;
  /** The last part of the output. Present only if a part of the output was omitted. */
  tail?: Buffer;
  leftOut: number;
}

export const nothing: Said = { head: Buffer.alloc(0), leftOut: 0 };

/** Reads the output and then deletes its files, because the output may contain secrets. */
export function takeSaid(file: string): Said {
  const offsets = offsetsOf(file);
  const head = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const tail = Buffer.concat(offsets.map((offset) => readFileSync(`${file}.${offset}`)));
  for (const name of [file, ...offsets.map((offset) => `${file}.${offset}`)]) rmSync(name, { force: true });
  const leftOut = (offsets[0] ?? head.length) - head.length;
  return leftOut > 0 ? { head, tail, leftOut } : { head: Buffer.concat([head, tail]), leftOut: 0 };
}

/** Returns the last part of the output, because programs report the reason of a failure there. */
export function outputTail(file: string, characters: number): string {
  const newest = [file, ...offsetsOf(file).map((offset) => `${file}.${offset}`)].slice(-2);
  const ends = newest.map((name) => endOf(name, 4 * characters));
  return Buffer.concat(ends).toString("utf8").trim().slice(-characters);
}

function offsetsOf(file: string): number[] {
  const prefix = `${basename(file)}.`;
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .toSorted((a, b) => a - b);
}

function endOf(file: string, bytes: number): Buffer {
  if (!existsSync(file)) return Buffer.alloc(0);
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const end = Buffer.alloc(Math.min(size, bytes));
    return end.subarray(0, readSync(descriptor, end, 0, end.length, size - end.length));
  } finally {
    closeSync(descriptor);
  }
}
