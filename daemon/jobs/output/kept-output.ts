/** Reads a job's output as the executor keeps it: the beginning, and the newest pieces of the rest, named by their offset. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readFrom } from "../run-events.ts";

interface Piece {
  file: string;
  start: number;
  end: number;
}

/** Output without a gap. Offsets count everything that was ever written, including what was removed. */
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

/** Returns less when the stretch ends, or when a piece was removed in the meantime. */
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
