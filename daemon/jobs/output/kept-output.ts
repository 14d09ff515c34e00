/**
 * Reads the output of a job from the executor's files. The files contain the beginning of the output and its newest pieces.
 * The name of each piece contains its offset.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readFrom } from "../run-events.ts";

interface Piece {
  file: string;
  start: number;
  end: number;
}

/** A part of the output without a gap. Offsets count all bytes that were ever written, including the removed bytes. */
export interface OutputStretch {
  start: number;
  end: number;
  pieces: Piece[];
}

export function stretches(file: string): OutputStretch[] {
  const found: OutputStretch[] = [];
  for (const piece of piecesOf(file)) {
    const last = found.at(-1);
    if (last && last.end === piece.start) {
      last.pieces.push(piece);
      last.end = piece.end;
    } else found.push({ start: piece.start, end: piece.end, pieces: [piece] });
  }
  return found;
}

/** Reads up to `maxBytes` bytes. Returns fewer bytes if the stretch ends, or if a piece was removed in the meantime. */
export function readKept({ pieces }: OutputStretch, from: number, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  let at = from;
  for (const { file, start, end } of pieces) {
    if (at >= end || at >= from + maxBytes) continue;
    const chunk = readFrom(file, at - start, Math.min(end, from + maxBytes) - at);
    chunks.push(chunk);
    at += chunk.length;
    if (at < end) break;
  }
  return Buffer.concat(chunks);
}

function piecesOf(file: string): Piece[] {
  if (!existsSync(dirname(file))) return [];
  const prefix = `${basename(file)}.`;
  const rest = readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => ({ name, start: Number(name.slice(prefix.length)) }));
  return [{ name: basename(file), start: 0 }, ...rest.toSorted((a, b) => a.start - b.start)].flatMap(({ name, start }) => {
    const path = join(dirname(file), name);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    return size === undefined ? [] : [{ file: path, start, end: start + size }];
  });
}
