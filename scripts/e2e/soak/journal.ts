/** What the simulated machines saw, as lines of a file: the load writes them, the judge reads them. */
import { readFileSync, type WriteStream } from "node:fs";

/** Something the server did for a machine, as the machine knows it: asked at `from`, answered at `to` (milliseconds since the epoch). */
export interface Witnessed {
  kind: "witnessed";
  mac: string;
  /** Counted from 1 for each machine. */
  boot: number;
  step: "discover" | "request" | "loader" | "script" | "file" | "stage" | "call-home";
  /** Which script, file or stage. */
  word: string;
  from: number;
  to: number;
}

export type Entry =
  | Witnessed
  | { kind: "booted"; mac: string; boot: number; at: number; tookMs: number }
  /** The machine gave up this boot and starts again, as firmware does. */
  | { kind: "gave-up"; mac: string; boot: number; at: number; why: string }
  /** An address was promised while another machine's lease of it runs. */
  | { kind: "duplicate"; address: string; mac: string; holder: string; at: number }
  /** An install key opened something after it should not. */
  | { kind: "stale-key"; mac: string; status: number; at: number };

export type Write = (entry: Entry) => void;

/** What comes after the stream's end is dropped: the machines go on until their process does. */
export const journalOn =
  (stream: WriteStream): Write =>
  (entry) => {
    if (!stream.writableEnded) stream.write(`${JSON.stringify(entry)}\n`);
  };

/** The load may have been stopped in the middle of its last line. */
export function readJournal(file: string): Entry[] {
  const text = readFileSync(file, "utf8");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry);
}
