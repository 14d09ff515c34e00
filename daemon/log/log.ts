/** Writes structured logs to standard output, one line for each event. Secrets are removed before a line is written. */
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

/**
 * The function `take` also receives every line. The function `take` must return immediately, because each log call
 * waits for `take`.
 */
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
