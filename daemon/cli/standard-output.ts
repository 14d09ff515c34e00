/**
 * Makes standard output complete or a failure. Node's stream for a file ignores that the system may write fewer bytes than
 * given, as it does on a full disk. Node's stream also reports a failed write only after the program has ended.
 */
import { writeFileSync } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import { explain, isDiskFull } from "../errors/errors.ts";
import { type Failure, report } from "./failure.ts";

const STDOUT = 1;

/** Call this function before the first output. `end` then ends the program after all output is written. */
export function wholeOutput(json: boolean): { end(): void } {
  const stdout: Writable = process.stdout;
  // Terminals, pipes and sockets are written by another stream, which continues after a short write.
  if (!(stdout instanceof Socket)) stdout._write = writeAll;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    // In `muster jobs | head`, the program `head` closes the pipe early, which is not a failure.
    if (error.code !== "EPIPE") {
      report(unwritten(error), json);
      process.exitCode = 1;
    }
    process.exit();
  });
  return {
    end: () => {
      stdout.write("", (error) => {
        // After a failed write, the handler above ends the program.
        if (!error) process.exit();
      });
    },
  };
}

function writeAll(chunk: Buffer | string, _encoding: string, done: (error?: Error) => void): void {
  try {
    writeFileSync(STDOUT, chunk);
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  done();
}

const unwritten = (error: unknown): Failure => ({
  code: "OUTPUT_INCOMPLETE",
  message: `the answer could not be written: ${isDiskFull(error) ? "no space left" : explain(error)}`,
  hint: "The output is incomplete. Make room or choose another place, then run the command again.",
});
