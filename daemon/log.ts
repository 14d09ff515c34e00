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

export function createLog(process: string, level: string): Log {
  return pino({ level, base: { process }, redact, timestamp: pino.stdTimeFunctions.isoTime });
}
