/**
 * A file with one JSON value on each line. A failed write, such as on a full disk, leaves no part of a line behind. An
 * incomplete line that a power failure left is removed before the next line is added.
 */
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import type * as z from "zod";

/** Appends a value as one line, which is on disk when the function returns. After an error, the file has its earlier content. */
export function appendLine(file: string, value: unknown): void {
  const descriptor = openSync(file, "a+", 0o600);
  try {
    const before = cutIncomplete(descriptor, file);
    try {
      // Unlike writeSync, this function continues after a short write, or throws an error.
      writeFileSync(descriptor, `${JSON.stringify(value)}\n`);
      fsyncSync(descriptor);
    } catch (error) {
      ftruncateSync(descriptor, before);
      throw error;
    }
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Reads all lines, or none if the file does not exist. Ignores an incomplete last line, because its execution or step had not
 * started. Throws an error that names the line if a line does not fit the schema.
 */
export function readLines<T extends z.ZodType>(file: string, schema: T): z.output<T>[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.slice(0, -1).map((line, index) => {
    const value = parsed(line, schema) ?? behindTornLine(line, schema);
    if (value === undefined)
      throw new Error(`line ${index + 1} of ${file} cannot be read; compare it with the audit, then repair the line`);
    return value;
  });
}

function parsed<T extends z.ZodType>(line: string, schema: T): z.output<T> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const result = schema.safeParse(value);
  return result.success ? result.data : undefined;
}

/**
 * An earlier version of Muster did not undo a failed write. A full disk then left a torn line, and the next line followed
 * it directly. The execution or step of the torn line had not started, so only the complete value at the end counts.
 */
function behindTornLine<T extends z.ZodType>(line: string, schema: T): z.output<T> | undefined {
  for (let at = line.indexOf('{"', 1); at !== -1; at = line.indexOf('{"', at + 1)) {
    const value = parsed(line.slice(at), schema);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Removes an incomplete last line. Returns the size of the file, which then ends with a complete line. */
function cutIncomplete(descriptor: number, file: string): number {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  if (size === 0 || (readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] === 0x0a)) return size;
  const whole = readFileSync(file).lastIndexOf(0x0a) + 1;
  ftruncateSync(descriptor, whole);
  return whole;
}
