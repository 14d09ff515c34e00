/**
 * Matches a value with the pattern of a form. A pattern such as `(a+)+` can need years for one text, and V8 can stop a
 * pattern only inside a script that has a time limit.
 */
import { createContext, Script } from "node:vm";

export type Match = "fits" | "differs" | "too-slow";

const LIMIT_MS = 500;
/** A pattern that used less time of the processor had to wait for it, because the machine was busy. */
const LEAST_CPU_MS = 250;
const TRIES = 6;
const inside = createContext(Object.create(null));
const trial = new Script("new RegExp(source, 'u').test(text)");

/** The pattern must match the whole text. */
const whole = (pattern: string): string => `^(?:${pattern})$`;

export function isPattern(pattern: string): boolean {
  try {
    new RegExp(whole(pattern), "u");
    return true;
  } catch {
    return false;
  }
}

export function match(pattern: string, text: string): Match {
  inside.source = whole(pattern);
  inside.text = text;
  const before = process.threadCpuUsage();
  for (let tries = 1; tries <= TRIES; tries++) {
    try {
      return trial.runInContext(inside, { timeout: LIMIT_MS }) === true ? "fits" : "differs";
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      const { user, system } = process.threadCpuUsage(before);
      if (user + system >= LEAST_CPU_MS * 1000) break;
    }
  }
  return "too-slow";
}
