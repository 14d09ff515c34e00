/** The journal of the simulated machines, one JSON line per entry. The load writes it, the judge reads it. */
import { readFileSync, type WriteStream } from "node:fs";

/**
 * An answer of the server as the machine saw it: requested at `from`, received at `to` (milliseconds since
 * the epoch).
 */
export interface Witnessed {
  kind: "witnessed";
  mac: string;
  /** Counted from 1 for each machine. */
  boot: number;
  step: "discover" | "request" | "loader" | "script" | "file" | "stage" | "call-home";
  /** Name of the script, file or stage. */
  word: string;
  from: number;
  to: number;
}

export type Entry =
  | Witnessed
  | { kind: "booted"; mac: string; boot: number; at: number; tookMs: number }
  /** The machine gave up this boot and starts again, as firmware does. */
  | { kind: "gave-up"; mac: string; boot: number; at: number; why: string }
  /** The server leased an address while another machine's lease of it still ran. */
  | { kind: "duplicate"; address: string; mac: string; holder: string; at: number }
  /** An install key still opened a file after its use. */
  | { kind: "stale-key"; mac: string; status: number; at: number };

export type Write = (entry: Entry) => void;

/** Entries after the stream's end are dropped, because the machines continue until their process ends. */
export const journalOn =
  (stream: WriteStream): Write =>
  (entry) => {
    if (!stream.writableEnded) stream.write(`${JSON.stringify(entry)}\n`);
  };

/** The load may have been stopped while it wrote its last line. */
export function readJournal(file: string): Entry[] {
  const text = readFileSync(file, "utf8");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry);
}
