/** The log as control keeps it, written to as the supervisor would. */
import { Writable } from "node:stream";
import { pino } from "pino";
import { ControlLogBook } from "../../daemon/admin/log-book.ts";
import { redact } from "../../daemon/log/redact.ts";

export interface WrittenLog {
  book: ControlLogBook;
  /** A log of that process, whose lines are in the book at once. */
  of(process: string): pino.Logger;
  /** As after a restart of the whole daemon: numbers begin anew. */
  restart(): void;
}

export function writtenLog(): WrittenLog {
  const book = new ControlLogBook(redact);
  let epoch = 1;
  let seq = 0;
  const out = new Writable({
    write(line: Buffer, _, done) {
      seq += 1;
      book.take({ type: "log", epoch: `epoch-${epoch}`, lines: [{ seq, line: line.toString() }] });
      done();
    },
  });
  return {
    book,
    of: (process) => pino({ level: "trace", base: { process }, timestamp: pino.stdTimeFunctions.isoTime }, out),
    restart: () => {
      epoch += 1;
      seq = 0;
      book.take({ type: "log", epoch: `epoch-${epoch}`, lines: [] });
    },
  };
}
