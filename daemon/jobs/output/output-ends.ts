/** The output of a job in one response. A long output is reduced to its beginning and its end. */
import { setImmediate } from "node:timers/promises";
import { stretches } from "./kept-output.ts";
import { lineAfter, readSlice, SLICE_BYTES } from "./output.ts";

export interface OutputEnds {
  beginning: string;
  /** The number of bytes between `beginning` and `end`. The number is 0 if `beginning` is the whole output. */
  leftOutBytes: number;
  end: string;
}

/**
 * `mostBytes` is at least 64 KiB, because a whole private key must fit into each half of this size. The function
 * pauses between two slices, so that the process can serve other requests.
 */
export async function readEnds(file: string, mostBytes: number, growing: boolean, redact: (text: string) => string): Promise<OutputEnds> {
  // The next request returns the bytes that are written after this point.
  const size = stretches(file).at(-1)?.end ?? 0;
  const half = Math.floor(mostBytes / 2);
  const part = Math.min(SLICE_BYTES, half);
  const read = async (from: number, until: number): Promise<{ text: string; next: number }> => {
    const slices: string[] = [];
    let after = from;
    while (after < until) {
      await setImmediate();
      const { text, next } = readSlice(file, after, growing, redact, part);
      if (next === after) break;
      slices.push(text);
      after = next;
    }
    return { text: slices.join(""), next: after };
  };
  if (size <= mostBytes) return { beginning: (await read(0, size)).text, leftOutBytes: 0, end: "" };
  const beginning = await read(0, half - part + 1);
  const from = Math.max(beginning.next, lineAfter(file, size - half));
  const end = await read(from, size);
  return { beginning: beginning.text, leftOutBytes: from - beginning.next, end: end.text };
}
