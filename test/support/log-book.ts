/** The log book of control. Tests write to it as the supervisor would. */
import { Writable } from "node:stream";
import { pino } from "pino";
import { ControlLogBook } from "../../daemon/admin/log-book.ts";
import { redact } from "../../daemon/log/redact.ts";

export interface WrittenLog {
  book: ControlLogBook;
  /** A logger for that process, whose lines reach the book at once. */
  of(process: string): pino.Logger;
  /** Acts as after a restart of the whole daemon: numbers start at 1 again. */
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
