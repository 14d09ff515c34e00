/**
 * The journal of the simulated machines has one JSON line per entry. The load generator writes the journal, and
 * `judge.ts` reads it.
 */
import { readFileSync, type WriteStream } from "node:fs";

/**
 * An answer of the server from the machine's point of view. The machine sent its request at `from` and received the
 * answer at `to` (milliseconds since the epoch).
 */
export interface Witnessed {
  kind: "witnessed";
  mac: string;
  /** The number of the boot, counted from 1 for each machine. */
  boot: number;
  step: "discover" | "request" | "loader" | "script" | "file" | "stage" | "call-home";
  /** The name of the script, file or stage. */
  word: string;
  from: number;
  to: number;
}

export type Entry =
  | Witnessed
  | { kind: "booted"; mac: string; boot: number; at: number; tookMs: number }
  /** The machine abandoned this boot and starts again, as firmware does. */
  | { kind: "gave-up"; mac: string; boot: number; at: number; why: string }
  /** The server leased an address to a machine, although another machine's lease for the address had not expired. */
  | { kind: "duplicate"; address: string; mac: string; holder: string; at: number }
  /** An install key still gave access to a file after the key had been used. */
  | { kind: "stale-key"; mac: string; status: number; at: number };

export type Write = (entry: Entry) => void;

/** Drops entries after the stream has ended, because the simulated machines continue until their process ends. */
export const journalOn =
  (stream: WriteStream): Write =>
  (entry) => {
    if (!stream.writableEnded) stream.write(`${JSON.stringify(entry)}\n`);
  };

/** The last line may be incomplete, because the load generator may have been stopped while it wrote the line. */
export function readJournal(file: string): Entry[] {
  const text = readFileSync(file, "utf8");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry);
}
