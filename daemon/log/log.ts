/** Structured logs, one line an event, on standard output. Secrets never reach a line. */
import { pino } from "pino";

export type Log = pino.Logger;

const redact = {
  paths: [
    "token",
    "key",
    "secret",
    "password",
    "authorization",
    "cookie",
    "*.token",
    "*.key",
    "*.secret",
    "*.password",
    "*.authorization",
    "*.cookie",
  ],
  censor: "[redacted]",
};

/** `take` is given every line as well; it must not wait. */
export function createLog(process: string, level: string, take?: (line: string) => void): Log {
  const options = { level, base: { process }, redact, timestamp: pino.stdTimeFunctions.isoTime };
  if (!take) return pino(options);
  const output = pino.destination(1);
  const write = (line: string) => {
    output.write(line);
    take(line);
  };
  return pino(options, { write });
}
